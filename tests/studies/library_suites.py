#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Profiles the test suites of NumPy (its tests of threads) and scikit-learn (its ensembles, each test in two threads at once): whether
each test ends as it does without ftscale, and what recording costs.

usage: library_suites.py FTSCALE [--repeats N]
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ["pytest==9.2.0", "pytest-run-parallel==0.10.0", "hypothesis==6.130.0"]
SUITES = {
    "NumPy, numpy/_core/tests/test_multithreading.py": ["--pyargs", "numpy._core.tests.test_multithreading"],
    "scikit-learn, sklearn/ensemble/tests/test_forest.py in two threads": ["--pyargs", "sklearn.ensemble.tests.test_forest", "--parallel-threads=2"],
    "scikit-learn, sklearn/ensemble/tests/test_bagging.py in two threads": ["--pyargs", "sklearn.ensemble.tests.test_bagging", "--parallel-threads=2"],
}


def outcomes(path):
    """Each test's name and how it ended."""
    results = {}
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        ended = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        results[f"{case.get('classname')}.{case.get('name')}"] = ended[0] if ended else "passed"
    return results


def run(command, environment, results):
    began = time.monotonic()
    ended = subprocess.run([*command, f"--junitxml={results}"], env=environment, capture_output=True, text=True)
    seconds = time.monotonic() - began
    if not results.exists():
        sys.exit(f"{' '.join(map(str, command))}\n{ended.stdout}\n{ended.stderr}")
    return seconds, outcomes(results)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ftscale", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    python = subprocess.run([ROOT / "examples/science/set-up"], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:", *TOOLS], check=True)
    # What ftscale tells its runs, so that both are told the same.
    variables = ("PYTHON_CPU_COUNT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "LOKY_MAX_CPU_COUNT")
    environment = {**os.environ, **dict.fromkeys(variables, "2"), "FTSCALE_THREADS": "2"}
    print("| suite | tests | ended otherwise | time with / without | of it recording |\n| --- | --- | --- | --- | --- |")
    for suite, words in SUITES.items():
        command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *words]
        ratios, different, tests = [], set(), 0
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for repeat in range(options.repeats):
                plain_s, plain = run([python, *command], environment, folder / f"plain-{repeat}.xml")
                profiled = [options.ftscale, "run", "-q", "-t", "2", "-r", "1", "--warmup", "0", "--no-pin", "--python", python, "-o", folder / "out.ftscale"]
                profiled_s, with_probe = run([*profiled, *command], environment, folder / f"probe-{repeat}.xml")
                ratios.append(profiled_s / plain_s)
                tests = len(plain)
                different |= {test for test in plain.keys() | with_probe.keys() if plain.get(test) != with_probe.get(test)}
            report = subprocess.run([options.ftscale, "report", folder / "out.ftscale"], capture_output=True, text=True).stdout
        cost = re.search(r"probe +([\d.]+ %)", report)
        ratios.sort()
        print(f"| {suite} | {tests} | {len(different)} | {ratios[len(ratios) // 2]:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) | {cost[1] if cost else '?'} |", flush=True)
        for test in sorted(different):
            print(f"  ended otherwise: {test}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

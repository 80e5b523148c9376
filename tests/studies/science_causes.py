#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What ftscale says about examples/science, and what becomes of the curve when the cause it names is taken away: the table of
docs/science.md. Needs a quiet machine with two cores or more; takes some ten minutes.

    tests/studies/science_causes.py FTSCALE [-r REPEATS] [--keep FOLDER] [EXAMPLE...]
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples/science"
CHANGES = {  # an example, with variables; those that take a cause away, one change after another
    "grid_search": ["REFIT=0", "BACKEND=loky"],
    "grid_search_pool": [],
    "logistic_cv": ["BLAS_THREADS=1"],
    "pairwise": ["LOOP=own"],
    "sum_array": [],
    "small_arrays": ["ROWS=16"],
    "matmul": ["BLAS_THREADS=1"],
    **{f"lapack OPERATION={operation}": ["BLAS_THREADS=1"] for operation in ("solve", "svd", "eigh", "qr", "lstsq", "inv")},
    "minimize": ["BLAS_THREADS=1"],
    "openmp MODEL=kmeans": ["OMP_THREADS=1"],
    "openmp MODEL=boosting": ["OMP_THREADS=1"],
    "groups": ["COLUMNS=own"],
    "images": ["NOISE=python"],
    "web_load": ["COUNT=item", "COUNT=own"],
}


def measure(options, python, example, change):
    """The report of the example with a change, as JSON."""
    recording = options.keep / f"{'-'.join([*example.split(), *change.split()])}.ftscale"
    script, *variables = example.split()
    command = [options.ftscale, "run", "-q", "-t", "1,2", "-r", str(options.repeats), "--python", python, "-o", recording,
               "--env", f"PYTHONPATH={ROOT / 'python'}", "--env", "PYTHONWARNINGS=ignore"]
    for variable in [*variables, *change.split()]:
        command += ["--env", variable]
    subprocess.run([*command, EXAMPLES / f"{script}.py"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return json.loads(subprocess.run([options.ftscale, "report", recording, "--format", "json"], check=True, capture_output=True).stdout)


def describe(report):
    """Speed-up, unknown share of the loss, and the findings."""
    run = report["runs"][-1]
    unknown = abs(run["loss"].get("unknown", 0)) / abs(run["loss_s"]) if run["loss_s"] else 0
    findings = [f"{finding['title']} (without it about {finding['speedup_without']:.2f}x)" for finding in report["findings"][:3]]
    return report["scaling"]["points"][-1]["speedup"], unknown, findings


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ftscale", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("examples", nargs="*", default=[], metavar="EXAMPLE", help=", ".join(CHANGES))
    parser.add_argument("-r", "--repeats", type=int, default=5)
    parser.add_argument("--keep", type=pathlib.Path, help="keep the recordings in this folder")
    options = parser.parse_intermixed_args()
    python = subprocess.run([EXAMPLES / "set-up"], check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        options.keep = options.keep or pathlib.Path(folder)
        options.keep.mkdir(parents=True, exist_ok=True)
        print("| example | changed | 2 threads | unknown | findings |\n| --- | --- | --- | --- | --- |")
        for example in options.examples or CHANGES:
            for change in ["", *CHANGES[example]]:
                speedup, unknown, findings = describe(measure(options, python, example, change))
                print(f"| `{example}` | {change and f'`{change}`'} | {speedup:.2f}x | {100 * unknown:.0f} % | {'; '.join(findings)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

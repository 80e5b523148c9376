#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What profiling costs: runs scripts with and without the probe, interleaved, and prints the ratio of wall times and the change in
speed-up.

    probe_cost.py --python PYTHON --probe LIBFTSCALE_PROBE.SO [-r REPEATS] [-t 1,2] [-F HZ] [SCRIPT ...]

Each repeat runs every (script, thread count) once with and once without the probe, back to back in random order, both pinned to the
same CPUs. Ratios are taken pair by pair, so that a machine whose speed drifts does not matter; medians are printed. The noise line is
the same with the probe in neither: what a ratio of 1 looks like here.
"""
import argparse
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(python, script, threads, environment, cpus):
    """Wall time in seconds of one run of the script, the interpreter's start included."""
    command = [python, str(script)]
    variables = dict(os.environ, FTSCALE_THREADS=str(threads), PYTHON_CPU_COUNT=str(threads), **environment)
    begin = time.perf_counter()
    done = subprocess.run(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          preexec_fn=lambda: os.sched_setaffinity(0, cpus))
    wall = time.perf_counter() - begin
    if done.returncode != 0:
        sys.exit(f"{script} failed with {threads} threads: {done.stderr.decode()[-300:]}")
    return wall


def pairs(options, script, threads):
    """Yields (plain, other, plain again) wall times; `other` is with the probe."""
    cpus = sorted(os.sched_getaffinity(0))[:threads] or None
    for _ in range(options.repeats):
        with tempfile.TemporaryDirectory() as folder:
            probe = {"LD_PRELOAD": options.probe, "FTSCALE_PROBE_DIRECTORY": folder, "FTSCALE_PROBE_FREQUENCY": str(options.frequency)}
            order = [("plain", {}), ("probe", probe), ("again", {})]
            random.shuffle(order)
            walls = {name: run(options.python, script, threads, environment, cpus) for name, environment in order}
        yield walls["plain"], walls["probe"], walls["again"]


def measure(options, script):
    """{threads: [(plain, probe, again), ...]}"""
    return {threads: list(pairs(options, script, threads)) for threads in options.threads}


def median_ratio(rows, index):
    return statistics.median(row[index] / row[0] for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True)
    parser.add_argument("--probe", required=True)
    parser.add_argument("-r", "--repeats", type=int, default=9)
    parser.add_argument("-t", "--threads", type=lambda text: [int(n) for n in text.split(",")], default=[1, 2])
    parser.add_argument("-F", "--frequency", type=float, default=997)
    parser.add_argument("--max-ratio", type=float, help="exit 1 when the median over all scripts is above this")
    parser.add_argument("scripts", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    options.probe = os.path.abspath(options.probe)
    scripts = options.scripts or sorted((ROOT / "examples").glob("*.py"))
    header = "".join(f"  ratio {n}t  noise {n}t" for n in options.threads)
    print(f"{'script':28s}{header}  speed-up  with probe   change")
    ratios = []
    for script in scripts:
        rows = measure(options, script)
        cells = "".join(f"{median_ratio(rows[n], 1):10.3f}{median_ratio(rows[n], 2):10.3f}" for n in options.threads)
        first, last = options.threads[0], options.threads[-1]
        plain, probe = (statistics.median(a[i] / b[i] for a, b in zip(rows[first], rows[last])) for i in (0, 1))
        print(f"{script.name:28s}{cells}{plain:10.3f}{probe:12.3f}{probe / plain - 1:+9.1%}", flush=True)
        ratios += [median_ratio(rows[n], 1) for n in options.threads]
    overall = statistics.median(ratios)
    print(f"median ratio {overall:.3f} over {len(ratios)} cells; {options.repeats} repeats; {options.frequency:g} Hz")
    sys.exit(1 if options.max_ratio and overall > options.max_ratio else 0)


if __name__ == "__main__":
    main()

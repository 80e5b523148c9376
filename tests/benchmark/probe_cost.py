#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What profiling costs: runs scripts with and without the probe, interleaved, and prints the ratio of wall times and the change in
speed-up.

    probe_cost.py --python PYTHON --probe LIBFTSCALE_PROBE.SO [-r REPEATS] [-t 1,2] [-F HZ] [--counters] [SCRIPT ...]

Each repeat runs every (script, thread count) once with and once without the probe, back to back in random order, both pinned to the
same CPUs. Ratios are taken pair by pair, so that a machine whose speed drifts does not matter; medians are printed. The noise line is
the same with the probe in neither: what a ratio of 1 looks like here. With --counters each repeat is run a fourth time, with the four
software events counted as well, and that is compared with the probe alone.
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


# As the tool orders them: include/ftscale/recording_format.h, kEnvCounters.
COUNTERS = "0/1/2/0/0/0/page-faults 0/1/3/0/0/0/context-switches 0/1/4/0/0/0/cpu-migrations 0/1/1/0/0/0/task-clock"


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
    """Yields (plain, probe, plain again, counters) wall times; `probe` is with the probe, `counters` with counters too, or 0."""
    cpus = sorted(os.sched_getaffinity(0))[:threads] or None
    for _ in range(options.repeats):
        with tempfile.TemporaryDirectory() as folder:
            probe = {"LD_PRELOAD": options.probe, "FTSCALE_PROBE_DIRECTORY": folder, "FTSCALE_PROBE_FREQUENCY": str(options.frequency)}
            order = [("plain", {}), ("probe", probe), ("again", {})]
            if options.counters:
                order.append(("counters", {**probe, "FTSCALE_PROBE_COUNTERS": COUNTERS}))
            random.shuffle(order)
            walls = {name: run(options.python, script, threads, environment, cpus) for name, environment in order}
        yield walls["plain"], walls["probe"], walls["again"], walls.get("counters", 0)


def measure(options, script):
    """{threads: [as pairs() yields, ...]}"""
    return {threads: list(pairs(options, script, threads)) for threads in options.threads}


def median_ratio(rows, index, reference=0):
    return statistics.median(row[index] / row[reference] for row in rows)


def counters_text(rows, options):
    if not options.counters:
        return ""
    return "".join(f"{median_ratio(rows[n], 3, 1):13.3f}" for n in options.threads)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True)
    parser.add_argument("--probe", required=True)
    parser.add_argument("-r", "--repeats", type=int, default=9)
    parser.add_argument("-t", "--threads", type=lambda text: [int(n) for n in text.split(",")], default=[1, 2])
    parser.add_argument("-F", "--frequency", type=float, default=997)
    parser.add_argument("--counters", action="store_true", help="also with software events counted")
    parser.add_argument("--max-ratio", type=float, help="exit 1 when the median over all scripts is above this")
    parser.add_argument("scripts", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    options.probe = os.path.abspath(options.probe)
    scripts = options.scripts or sorted((ROOT / "examples").glob("*.py"))
    header = "".join(f"  ratio {n}t  noise {n}t" for n in options.threads)
    counters_header = "".join(f"  counters {n}t" for n in options.threads) if options.counters else ""
    print(f"{'script':28s}{header}  speed-up  with probe   change{counters_header}")
    ratios, counter_ratios = [], []
    for script in scripts:
        rows = measure(options, script)
        cells = "".join(f"{median_ratio(rows[n], 1):10.3f}{median_ratio(rows[n], 2):10.3f}" for n in options.threads)
        first, last = options.threads[0], options.threads[-1]
        plain, probe = (statistics.median(a[i] / b[i] for a, b in zip(rows[first], rows[last])) for i in (0, 1))
        print(f"{script.name:28s}{cells}{plain:10.3f}{probe:12.3f}{probe / plain - 1:+9.1%}{counters_text(rows, options)}", flush=True)
        ratios += [median_ratio(rows[n], 1) for n in options.threads]
        counter_ratios += [row[3] / row[1] for n in options.threads for row in rows[n]]
    overall = statistics.median(ratios)
    print(f"median ratio {overall:.3f} over {len(ratios)} cells; {options.repeats} repeats; {options.frequency:g} Hz")
    if options.counters:
        low, middle, high = statistics.quantiles(counter_ratios, n=4)
        print(f"counters: median ratio to the probe alone {middle:.3f} (half of the pairs from {low:.3f} to {high:.3f})")
    sys.exit(1 if options.max_ratio and overall > options.max_ratio else 0)


if __name__ == "__main__":
    main()

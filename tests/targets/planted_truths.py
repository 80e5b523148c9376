#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Scripts with causes of known size: does the report find them, of the right size, in the right place?

usage: planted_truths.py TOOL PYTHON [--reduced] [-v] [-k CASE ...]

Prints a line per cause and a summary. Exit status 0: within the tolerances below; 1: not; 77: no free-threaded Python."""
import argparse
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from planted import CASES
from planted.judge import SEEN, judge
from planted.measure import Failure, Interpreter, Length, Measurement

SKIPPED = 77  # ctest's SKIP_RETURN_CODE
PAUSE_S = 2   # for other load to pass


@dataclass
class Tolerances:
    """Errors are shares of the loss. A case that misses `error` or `unknown`, or is wrong otherwise, is measured again: a disturbed machine
    spoils one measurement, a wrong figure is wrong each time."""
    length: Length
    attempts: int
    patience: int       # more attempts, if the machine has other things to do
    error: float        # of a case
    mean_error: float   # of all
    worst: float
    unknown: float      # of a case
    right: float        # share of the cases that are right in all


FULL = Tolerances(Length(run_s=0.5, repeats=3, rounds=4), attempts=3, patience=5, error=0.05, mean_error=0.05, worst=0.15, unknown=0.05, right=0.95)
# A quarter of the samples, on machines that have other things to do.
REDUCED = Tolerances(Length(run_s=0.25, repeats=2, rounds=2), attempts=3, patience=1, error=0.15, mean_error=0.08, worst=0.30, unknown=0.10, right=0.9)


@dataclass
class Result:
    case: object
    verdict: object = None
    skipped: str = ""

    @property
    def worst_error(self):
        return max((abs(row.error) for row in self.verdict.rows), default=0.0)

    @property
    def is_too_small(self):
        """On this machine, at this time, the cause costs next to nothing: it proves nothing either way."""
        return bool(self.case.causes) and max(row.planted for row in self.verdict.rows) < SEEN

    def is_right(self, tolerances):
        verdict = self.verdict
        return not self.is_too_small and not verdict.wrong and self.worst_error <= tolerances.error and verdict.unknown_share <= tolerances.unknown


def measure(measurement, tolerances):
    """The best of the attempts. Those on a disturbed machine do not count, as long as it may still become quiet."""
    best, attempts, patience = None, 0, tolerances.patience
    while attempts < tolerances.attempts:
        planted, twin, truth = measurement.sweep()
        result = Result(measurement.case, judge(measurement.case, truth, planted, twin))
        if best is None or badness(result) < badness(best):
            best = result
        if best.is_right(tolerances):
            break
        if result.verdict.is_disturbed and patience > 0:
            patience -= 1
            time.sleep(PAUSE_S)
        else:
            attempts += 1
    return best


def badness(result):
    return result.is_too_small, len(result.verdict.wrong), max(result.worst_error, result.verdict.unknown_share)


def run_case(tool, python, case, tolerances):
    measurement = Measurement(tool, python, case, tolerances.length)
    if why := measurement.why_not():
        return Result(case, skipped=why)
    try:
        measurement.calibrate()
        return measure(measurement, tolerances)
    except (Failure, subprocess.TimeoutExpired) as error:
        raise SystemExit(f"{case.name}: {error}")


HEADER = f"{'case':25} {'category':18} {'planted':>7} {'found':>6} {'error':>6} {'unknown':>7}  place  first finding"


def place_text(result):
    return "small" if result.is_too_small else "wrong" if result.verdict.wrong else "right"


def print_result(result, tolerances, verbose):
    if result.skipped:
        print(f"{result.case.name:25} skipped: {result.skipped}", flush=True)
        return
    verdict = result.verdict
    for row in verdict.rows:
        print(f"{row.label:25} {row.category:18} {row.planted:7.2f} {row.found:6.2f} {row.error:6.1%} {verdict.unknown_share:7.1%}  "
              f"{place_text(result)}  {verdict.finding[:100] if row is verdict.rows[0] else ''}", flush=True)
    if verbose or not result.is_right(tolerances):
        print(f"    {'disturbed; ' * verdict.is_disturbed}lost {verdict.lost:.2f}: {verdict.losses}; " + ("; ".join(verdict.wrong) or "places as they must be"), flush=True)


def summarise(results, tolerances):
    """Prints the summary; whether the tolerances were met."""
    judged = [result for result in results if not result.skipped and not result.is_too_small]
    errors = [abs(row.error) for result in judged if result.case.causes for row in result.verdict.rows]
    right = sum(result.is_right(tolerances) for result in judged)
    unknown = [result.verdict.unknown_share for result in judged if result.case.causes]
    print(f"\n{right} of {len(judged)} cases right, {len(results) - len(judged)} skipped or too small here")
    is_met = bool(judged) and right >= tolerances.right * len(judged)
    if errors:
        mean = statistics.mean(errors)
        worst = max(judged, key=lambda result: result.worst_error if result.case.causes else 0)
        print(f"error: mean {mean:.1%} (at most {tolerances.mean_error:.0%}), worst {max(errors):.1%} in {worst.case.name} "
              f"(at most {tolerances.worst:.0%}), of the loss")
        print(f"unknown: mean {statistics.mean(unknown):.1%}, worst {max(unknown):.1%} of the loss")
        is_met = is_met and mean <= tolerances.mean_error and max(errors) <= tolerances.worst
    print("tolerances met" if is_met else "tolerances missed")
    return is_met


def find_python():
    found = subprocess.run([Path(__file__).resolve().parents[2] / "scripts" / "find-python"], capture_output=True, text=True)
    return found.stdout.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool", nargs="?")
    parser.add_argument("python", nargs="?", help="default: the one that scripts/find-python finds")
    parser.add_argument("--reduced", action="store_true", help="shorter runs, wider tolerances")
    parser.add_argument("-v", "--verbose", action="store_true", help="the losses by category for each case")
    parser.add_argument("--list", action="store_true", help="name the cases")
    parser.add_argument("-k", nargs="+", metavar="CASE", choices=CASES, default=list(CASES))
    arguments = parser.parse_args()
    if arguments.list or not arguments.tool:
        sys.exit("\n".join(CASES))
    python = arguments.python or find_python()
    if not python:
        print("no free-threaded Python found: skipped")
        sys.exit(SKIPPED)
    tolerances = REDUCED if arguments.reduced else FULL
    tool, interpreter = str(Path(arguments.tool).resolve()), Interpreter(shutil.which(python) or python)
    print(HEADER)
    results = []
    for name in arguments.k:
        results.append(run_case(tool, interpreter, CASES[name], tolerances))
        print_result(results[-1], tolerances, arguments.verbose)
    sys.exit(0 if summarise(results, tolerances) else 1)


if __name__ == "__main__":
    main()

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Runs a case: how many steps it needs, the sweep, and the size of each cause by what the script knows of itself."""
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from planted.case import DIFFERENCE, MEASURED, ONE_AT_A_TIME, STRONG

SCRIPT = Path(__file__).resolve().parents[1] / "planted_run.py"

# 3.13 makes the constants of a function immortal when it reads them from a bytecode file, not when it compiles the module: without such
# files each case would suffer from shared constants.
_bytecode = tempfile.TemporaryDirectory()
BYTECODE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": _bytecode.name}


@dataclass
class Length:
    """How long to measure."""
    run_s: float    # one run of the planted region at the largest thread count (strong scaling: with one thread)
    repeats: int
    rounds: int     # turns of planted and twin in a run


class Failure(Exception):
    pass


class Interpreter:
    def __init__(self, python):
        self.path = python
        self.version = tuple(json.loads(self.print("import sys; print(list(sys.version_info[:3]))")))

    def print(self, code):
        return subprocess.run([self.path, "-c", code], capture_output=True, text=True, check=True).stdout

    def compile(self, source, folder):
        """An extension module; False where there is no compiler or there are no headers."""
        include = self.print("import sysconfig; print(sysconfig.get_path('include'))").strip()
        path = Path(folder) / "planted_old_extension.c"
        path.write_text(source)
        try:
            done = subprocess.run(["cc", "-shared", "-fPIC", "-I", include, "-o", path.with_suffix(".so"), path], capture_output=True)
        except FileNotFoundError:
            return False
        return done.returncode == 0


@dataclass
class Truth:
    """Sizes at the largest thread count, in cores."""
    lost: float         # in all
    planted: list       # one per cause


class Measurement:
    """One case, in a folder of its own."""

    def __init__(self, tool, python, case, length):
        self.tool, self.python, self.case, self.length = tool, python, case, length
        self.folder = tempfile.TemporaryDirectory()
        self.truth_file = Path(self.folder.name) / "truth.jsonl"
        self.recording = Path(self.folder.name) / "out.ftscale"
        self.environment = {**os.environ, **case.environment, **BYTECODE, "TRUTH_FILE": str(self.truth_file),
                            "PLANTED_MODULES": self.folder.name}
        self.steps = 0

    def why_not(self):
        """Why the case cannot be run here, or nothing."""
        if self.python.version >= self.case.before:
            return "this Python has no such trouble"
        if len(os.sched_getaffinity(0)) < 2:
            return "needs two CPUs"
        if self.case.module and not self.python.compile(self.case.module, self.folder.name):
            return "no C compiler, or no headers of this Python"
        return ""

    def read_truths(self):
        lines = self.truth_file.read_text().splitlines()
        self.truth_file.unlink()
        return [json.loads(line) for line in lines]

    def calibrate(self):
        """Finds the number of steps, without the profiler."""
        threads = 1 if self.case.scaling == STRONG else self.case.threads
        steps = 200
        while True:
            command = [self.python.path, SCRIPT, self.case.name, str(threads), str(steps), "0"]
            done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)
            if done.returncode != 0:
                raise Failure(done.stderr[-500:])
            seconds = self.read_truths()[0]["region_s"]
            if seconds > self.length.run_s / 6 or steps > 1e8:
                self.steps = max(1, int(steps * self.length.run_s / seconds))
                return
            steps *= 2 + int(min(30, 0.5 * self.length.run_s / max(seconds, 1e-3)))

    def sweep(self):
        """Profiles the case and returns the reports on planted and twin, and the truth."""
        command = [self.tool, "run", "-q", "--warmup", "0", "--python", self.python.path, "-t", f"1,{self.case.threads}",
                   "-r", self.length.repeats, "--scaling", self.case.scaling, "-o", self.recording]
        command += ["--no-pin"] if self.case.cpus else []
        command += ["--", SCRIPT, self.case.name, "{threads}", self.steps, self.length.rounds]
        done = subprocess.run(list(map(str, command)), env=self.environment, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise Failure(done.stderr[-500:])
        twin = self.report("twin") if self.case.has_twin else None
        return self.report("planted"), twin, self.truth(self.read_truths())

    def report(self, region):
        command = [self.tool, "report", self.recording, "--region", region, "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise Failure(done.stderr[-500:])
        return json.loads(done.stdout)

    def truth(self, runs):
        n = self.case.threads
        base, most = (mean_of([run for run in runs if run["at"] == threads]) for threads in (1, n))
        capacity = n * most["region_s"]
        factor = 1 if self.case.scaling == STRONG else n
        cores = lambda at_n, at_1: n * (at_n - factor * at_1) / capacity
        return Truth(cores(capacity, base["region_s"]),
                     [cores(*pair) for pair in zip(case_costs(self.case, most, n), case_costs(self.case, base, 1))])


def case_costs(case, known, n):
    """Thread-seconds at `n` threads, a figure per cause; case.py has the formulas."""
    costs, twins = [], iter(known["twins"])
    for part, facts in zip(case.parts, known["parts"]):
        capacity = n * facts["wall_s"]
        if part.truth == MEASURED:
            costs += facts["costs"]
        elif part.truth == DIFFERENCE:
            costs += [capacity - n * next(twins, facts)["wall_s"]] * len(part.causes)
        elif part.truth == ONE_AT_A_TIME:
            costs += [capacity - facts["wall_s"]]
        else:
            costs += [capacity - facts["cpu_s"]]
    return costs


def mean_of(runs):
    """The mean of values of the same shape."""
    first = runs[0]
    if isinstance(first, dict):
        return {key: mean_of([run[key] for run in runs]) for key in first}
    if isinstance(first, list):
        return [mean_of(list(values)) for values in zip(*runs)]
    return sum(runs) / len(runs)

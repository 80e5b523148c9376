#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Profiles many small scripts that start and end threads, make and destroy code objects, generators and objects, fork, send signals and leave
daemon threads behind, all at random, at a high rate of samples: whether each prints and ends as it does without the probe, and whether what was
recorded can be read.

usage: soak.py FTSCALE [--python PYTHON] [--runs N] [--first I] [--seed N] [--frequency HZ] [--faults FOLDER]

Run I of a seed is the same script with the same options each time. Goes on after a fault, and keeps the script, the command and what was said in a
folder of the fault's own; then makes the run some times again, without the probe and with it, and says how often it went wrong. Prints a summary;
the exit status is 1 when anything went wrong that never does without the probe.
"""
import argparse
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import soak_scripts

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
SAMPLERS = ("cycles", "cpu-clock", "cpu-timer")
TIMEOUT_S = 90
AGAIN = 5


class Result:
    """What a process has printed, and how it ended; nothing when it had to be ended."""

    def __init__(self, command, environment, folder):
        with open(folder / "stdout", "w+") as stdout, open(folder / "stderr", "w+") as stderr:
            process = subprocess.Popen(list(map(str, command)), cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                                       start_new_session=True)
            try:
                self.status = process.wait(TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.status = None
            self.end_group(process)
        self.said = (folder / "stdout").read_text(errors="replace")
        self.errors = (folder / "stderr").read_text(errors="replace")

    @staticmethod
    def end_group(process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


class Run:
    """One script, and the options it is profiled with."""

    def __init__(self, options, samplers, index):
        self.options, self.index = options, index
        rng = random.Random(f"{options.seed} {index}")
        self.script = soak_scripts.make_script(rng)
        self.words = ["-t", rng.choice("12"), "-F", str(options.frequency), "--sampler", rng.choice(samplers)]
        self.words += [word for word in ("--no-pin", "--follow-children", "--no-counters") if rng.random() < 0.5]
        self.environment = {**os.environ, "FTSCALE_THREADS": self.words[1], "FTSCALE_RETRY_DISTURBED": "0"}

    def command(self, folder):
        return [self.options.ftscale, "run", "-q", "-r", "1", "--warmup", "0", "--no-thread-env", *self.words, "--python", self.options.python,
                "-o", folder / "out.ftscale", "script.py"]

    def in_folder(self, action):
        with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as name:
            (Path(name) / "script.py").write_text(self.script)
            return action(Path(name))

    def plain(self):
        """What it prints and its status, as Python's subprocess has it."""
        result = self.in_folder(lambda folder: Result([self.options.python, "script.py"], self.environment, folder))
        return result.said, result.status

    def probed(self):
        return self.in_folder(self.probed_in)

    def probed_in(self, folder):
        """What the script has printed, its status, what is wrong with the recording, and what was said on standard error."""
        result = Result(self.command(folder), self.environment, folder)
        if result.status is None:
            return result.said, None, "", result.errors
        if result.status not in (0, 1):
            return result.said, None, f"the tool ended with {result.status}", result.errors
        status, trouble = self.read(folder / "out.ftscale")
        return result.said, status, trouble, result.errors

    def read(self, recording):
        done = subprocess.run([self.options.ftscale, "report", recording, "--format", "json"], capture_output=True, text=True)
        if done.returncode != 0:
            return None, f"report ended with {done.returncode}: {done.stderr[-500:]}"
        report = json.loads(done.stdout)
        execution = report["sweep"]["executions"][-1]
        status = -execution["signal"] or execution["exit_code"]
        for run in report["runs"]:
            if abs(sum(run["ledger"].values()) - run["capacity_s"]) > 1e-3 * run["capacity_s"]:
                return status, "the ledger does not close"
        return status, ""


def find_faults(expected, probed):
    """Their names; nothing where all is well."""
    (said, status), (probed_said, probed_status, trouble, _) = expected, probed
    faults = []
    if trouble:
        faults.append("recording")
    if probed_status is None and not trouble:
        faults.append("hang")
    elif probed_status is not None and probed_status != status:
        faults.append("crash" if probed_status < 0 else "exit status")
    if probed_said != said:
        faults.append("output")
    return faults


class Soak:
    def __init__(self, options, samplers):
        self.options, self.samplers = options, samplers
        self.counts = collections.Counter()  # faults by name, of those that never occur without the probe
        self.also_without = 0
        self.unusable = 0

    def make(self, index):
        run = Run(self.options, self.samplers, index)
        expected = run.plain()
        if expected[1] is None or run.plain() != expected:
            self.unusable += 1  # not the same each time, or it hangs by itself: nothing to compare with
            print(f"run {index}: not the same each time without the probe ({expected[1]})", flush=True)
            return
        probed = run.probed()
        faults = find_faults(expected, probed)
        if faults:
            self.keep(run, expected, probed, faults)

    def keep(self, run, expected, probed, faults):
        folder = self.options.faults / f"seed-{self.options.seed}-run-{run.index}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "script.py").write_text(run.script)
        (folder / "command").write_text(" ".join(map(str, run.command(Path(".")))) + "\n")
        (folder / "without").write_text(f"status {expected[1]}\n{expected[0]}")
        (folder / "with").write_text(f"status {probed[1]}\n{probed[0]}\n{probed[2]}\n{probed[3]}")
        without = sum(run.plain() != expected for _ in range(AGAIN))
        again = sum(bool(find_faults(expected, run.probed())) for _ in range(AGAIN))
        if without:
            self.also_without += 1
        else:
            self.counts.update(faults)
        print(f"run {run.index}: {', '.join(faults)}; again {without} of {AGAIN} times without the probe, {again} with; see {folder}", flush=True)

    def summary(self, seconds):
        found = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items())) or "no faults"
        return (f"seed {self.options.seed}: {self.options.runs} runs in {seconds:.0f} s: {found}; {self.also_without} with faults that occur without "
                f"the probe, too; {self.unusable} not the same each time without it")


def usable_samplers(options):
    with tempfile.TemporaryDirectory() as folder:
        def works(sampler):
            command = [options.ftscale, "run", "-q", "-t", "1", "-r", "1", "--warmup", "0", "--sampler", sampler, "--python", options.python,
                       "-o", f"{folder}/out.ftscale", "-c", "pass"]
            return subprocess.run(command, capture_output=True).returncode == 0
        return [sampler for sampler in SAMPLERS if works(sampler)]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ftscale", type=lambda path: Path(path).resolve())
    parser.add_argument("--python", default=os.environ.get("FTSCALE_PYTHON"))
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first run")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--frequency", type=int, default=4000)
    parser.add_argument("--faults", type=lambda path: Path(path).resolve(), default=Path("soak-faults").resolve())
    return parser.parse_args()


def main():
    options = parse_arguments()
    found = options.python or subprocess.run([ROOT / "scripts" / "find-python"], capture_output=True, text=True).stdout.strip()
    options.python = found and shutil.which(found)
    if not options.python:
        print("skipped: no free-threaded Python found")
        return SKIPPED
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job's children would ignore it
    soak = Soak(options, usable_samplers(options))
    print(f"seed {options.seed}, samplers: {', '.join(soak.samplers)}", flush=True)
    began = time.monotonic()
    for index in range(options.first, options.first + options.runs):
        soak.make(index)
    print(soak.summary(time.monotonic() - began))
    return 1 if soak.counts else 0


if __name__ == "__main__":
    sys.exit(main())

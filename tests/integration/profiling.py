# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""For tests that profile real scripts: runs the tool and hands back what it said."""
import functools
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
TARGETS = SOURCE / "tests" / "targets"
SKIPPED = 77  # ctest's SKIP_RETURN_CODE for these tests

# What scripts print, and what they measure of themselves, is compared with all runs, whatever else the machine does.
os.environ.setdefault("FTSCALE_RETRY_DISTURBED", "0")
tool = None
python = None


def setting(name):
    """A command-line argument of the test program, put there by main()."""
    return globals()[name]


def measured(test):
    """A disturbed machine spoils one measurement, not three in a row; a wrong figure is wrong each time. `self.attempt` lets a test
    measure longer each time. A test case that keeps recordings for several tests has `forget`, which drops them before the next attempt."""
    @functools.wraps(test)
    def run(self, *arguments):
        for self.attempt in range(3):
            try:
                return test(self, *arguments)
            except AssertionError:
                if self.attempt == 2:
                    raise
                getattr(self, "forget", lambda: None)()
    return run


class Profile:
    """One sweep: the finished process, and the report where there is one."""

    def __init__(self, process, report, recording, truths):
        self.process = process
        self.report = report
        self.recording = recording
        self.truths = truths  # what the script measured of itself, a dictionary per run

    def run(self, threads):
        return next(run for run in self.report["runs"] if run["threads"] == threads)

    def lost_cores(self, threads, category):
        run = self.run(threads)
        return threads * run["loss"][category] / run["capacity_s"]

    def mean_truth(self, threads, key):
        values = [truth[key] for truth in self.truths if truth["threads"] == threads]
        return sum(values) / len(values)

    def dump(self):
        return subprocess.run([tool, "dump", self.recording], capture_output=True, text=True, check=True).stdout


class ProfilingTest(unittest.TestCase):
    attempt = 0  # of a measured test

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def script(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def profile(self, script, *options, arguments=(), expect=0, threads="1,2"):
        """Sweeps `script` (a path, or a name in tests/targets) with its `arguments`; the tool must exit with `expect`."""
        script = script if isinstance(script, Path) else TARGETS / script
        recording, truth = self.folder / "out.ftscale", self.folder / "truth.jsonl"
        truth.unlink(missing_ok=True)
        # No warm-up: the truths must be those of the runs that count.
        command = [tool, "run", "-q", "--warmup", "0", "--python", python, "-t", threads, "-o", recording, *options, "--", script, *arguments]
        process = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300,
                                 env={**os.environ, "TRUTH_FILE": str(truth)})
        self.assertEqual(process.returncode, expect, process.stderr[-2000:])
        truths = [json.loads(line) for line in truth.read_text().splitlines()] if truth.exists() else []
        return Profile(process, self.read_report(recording), recording, truths)

    def read_report(self, recording, *options):
        done = subprocess.run([tool, "report", recording, *options, "--format", "json"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        self.check_closes(report)
        return report

    def check_closes(self, report):
        """What must hold for every report: capacity is the sum of the ledger, the gap to ideal that of the losses."""
        points = {point["threads"]: point for point in report["scaling"]["points"]}
        base = report["scaling"]["baseline_threads"]
        weak = report["scaling"]["mode"] == "weak"
        for run in report["runs"]:
            n = run["threads"]
            capacity = n * points[n]["wall_s"]
            ideal = (n if weak else base) * points[base]["wall_s"] if base in points else 0
            self.assertAlmostEqual(run["capacity_s"], capacity, delta=1e-3 * capacity)
            self.assertAlmostEqual(sum(run["ledger"].values()), capacity, delta=1e-3 * capacity)
            self.assertAlmostEqual(sum(run["loss"].values()), capacity - ideal, delta=1e-3 * capacity)


def main(usage, prepare=lambda: None):
    """Runs the calling module's tests: TEST.py TOOL [unittest arguments]. `prepare` is called once it is clear that there are any."""
    global tool, python
    if len(sys.argv) < 2:
        sys.exit(usage)
    tool = str(Path(sys.argv.pop(1)).resolve())
    found = subprocess.run([SOURCE / "scripts" / "find-python"], capture_output=True, text=True)
    python = os.environ.get("FTSCALE_PYTHON") or found.stdout.strip()
    if not python:
        print("no free-threaded Python found: skipped")
        sys.exit(SKIPPED)
    prepare()
    unittest.main(module="__main__", verbosity=2)

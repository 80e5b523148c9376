#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The pytest plugin, in a pytest of the free-threaded Python's own. usage: pytest_plugin_test.py TOOL VENV [unittest arguments]

VENV is made when it is not there, with pytest from PyPI; where that cannot be had the test is skipped."""
import os
import re
import subprocess
import sys
from pathlib import Path

import profiling
from profiling import measured

venv = None
TESTS = """
import threading
import pytest

LOCK = threading.Lock()

def steps(count):
    x = 1.0
    for _ in range(count): x = x * 1.0000001 + 0.5

@pytest.mark.scaling(threads=2, min_efficiency=0.6)
def test_alone():
    steps(2_000_000)

@pytest.mark.scaling(threads=2, min_efficiency=0.9)
def test_one_lock():
    for _ in range(20):
        with LOCK: steps(100_000)

@pytest.mark.scaling(threads=2, min_efficiency=0.6)
def test_own_threads(scaling_threads):
    threads = [threading.Thread(target=steps, args=(4_000_000 // scaling_threads,)) for _ in range(scaling_threads)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()

@pytest.fixture
def amount(request):
    return 2_000_000

@pytest.mark.scaling(threads=2, min_efficiency=0.6)
@pytest.mark.parametrize("name", ["a b", "c;d"])
def test_with_fixtures(amount, name):
    assert name
    steps(amount)

@pytest.mark.scaling(threads=2, min_efficiency=0.6)
def test_broken():
    assert 1 == 2, "of the test itself"

@pytest.mark.scaling(threads=4096, min_efficiency=0.6)
def test_too_many():
    pass

@pytest.mark.scaling(threads=2, min_efficiency=0.6)
def test_skipped_inside():
    pytest.skip("not today")

@pytest.fixture
def missing():
    pytest.skip("nothing to be had")

@pytest.mark.scaling(threads=2, min_efficiency=0.6)
def test_skipped_by_its_fixture(missing):
    pass

def test_without_the_mark(scaling_threads):
    assert scaling_threads == 1
"""


def make_venv():
    if (venv / "bin" / "pytest").exists():
        return
    subprocess.run([profiling.setting("python"), "-m", "venv", venv], check=True)
    done = subprocess.run([venv / "bin" / "pip", "install", "-q", "--disable-pip-version-check", "pytest"], capture_output=True, text=True)
    if done.returncode != 0:
        print(f"skipped: pytest cannot be installed: {done.stderr[-400:]}")
        sys.exit(profiling.SKIPPED)


class Plugin(profiling.ProfilingTest):
    def pytest(self, *arguments, tests=TESTS, **environment):
        self.script("test_scaling.py", tests)
        return subprocess.run([venv / "bin" / "pytest", "-p", "ftscale.pytest_plugin", "-rA", "--color=no", *arguments], cwd=self.folder,
                              capture_output=True, text=True, timeout=300,
                              env={**os.environ, "FTSCALE": profiling.setting("tool"), "PYTHONPATH": str(profiling.SOURCE / "python"), **environment})

    def outcome(self, name, **environment):
        done = self.pytest(f"test_scaling.py::{name}", **environment)
        return re.search(rf"^(PASSED|FAILED|SKIPPED|ERROR) .*", done.stdout, re.MULTILINE)[1], done.stdout + done.stderr

    @measured
    def test_what_scales_passes(self):
        for name in ("test_alone", "test_own_threads", "test_with_fixtures[a b]", "test_with_fixtures[c;d]"):
            outcome, said = self.outcome(name)
            self.assertEqual(outcome, "PASSED", said)

    @measured
    def test_what_does_not_fails_with_its_findings(self):
        outcome, said = self.outcome("test_one_lock")
        self.assertEqual(outcome, "FAILED", said)
        self.assertRegex(said, r"at 2 threads the efficiency is 0\.\d+ \(95 %: 0\.\d+ to 0\.\d+\); at least 0\.90 is wanted")
        self.assertRegex(said, r"0\.\d\d cores: .*lock")
        self.assertIn("test_one_lock (test_scaling.py:", said)
        recording = Path(re.search(r"recorded in (\S+);", said)[1])
        self.assertTrue(recording.exists())

    def test_a_test_that_fails_by_itself_says_so(self):
        outcome, said = self.outcome("test_broken")
        self.assertEqual(outcome, "FAILED")
        self.assertIn("did not pass while it was profiled", said)
        self.assertIn("of the test itself", said)

    def test_what_cannot_be_answered_here_is_skipped(self):
        outcome, said = self.outcome("test_too_many")
        self.assertEqual(outcome, "SKIPPED")
        self.assertIn("4096 threads need as many CPUs", said)
        outcome, said = self.outcome("test_alone", PYTHON_GIL="1")
        self.assertEqual(outcome, "SKIPPED")
        self.assertIn("no free-threaded Python, or its GIL is on", said)

    def test_a_test_that_skips_itself_is_skipped(self):
        for name, reason in (("test_skipped_inside", "not today"), ("test_skipped_by_its_fixture", "nothing to be had")):
            outcome, said = self.outcome(name)
            self.assertEqual(outcome, "SKIPPED", said)
            self.assertIn(f"while it was profiled: Skipped: {reason}", said)

    def test_other_tests_are_left_alone(self):
        self.assertEqual(self.outcome("test_without_the_mark")[0], "PASSED")

    def test_without_the_tool(self):
        outcome, said = self.outcome("test_alone", FTSCALE="/no/such/ftscale")
        self.assertEqual(outcome, "FAILED")
        self.assertIn("ftscale is not on PATH", said)

    def test_wrong_arguments_of_the_mark(self):
        for mark in ("threads=1, min_efficiency=0.5", "threads=2, min_efficiency=70", "threads=2", "threads=2, min_efficiency=0.5, repeats=1",
                     "threads=2, min_efficiency=0.5, inconclusive='maybe'"):
            done = self.pytest(tests=f"import pytest\n@pytest.mark.scaling({mark})\ndef test_it(): pass\n")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("@pytest.mark.scaling:", done.stdout + done.stderr)

    @measured
    def test_noise_that_hides_the_answer(self):
        # One repeat is long and the next short, at each thread count; one more run warms up.
        test = """
import os, pathlib, time, pytest
@pytest.mark.scaling(threads=2, min_efficiency=0.9, repeats=2, max_repeats=2{more})
def test_noisy(scaling_threads):
    runs = pathlib.Path(f"runs-{{scaling_threads}}")
    runs.write_text((runs.read_text() if runs.exists() else "") + ".")
    time.sleep(0.2 if runs.stat().st_size % 2 else 0.05)
"""
        warned = self.pytest(tests=test.format(more=""))
        self.assertIn("1 passed, 1 warning", warned.stdout)
        self.assertIn("ScalingInconclusive", warned.stdout)
        self.assertIn("1 skipped", self.pytest(tests=test.format(more=", inconclusive='skip'")).stdout)
        self.assertIn("1 failed", self.pytest(tests=test.format(more=", inconclusive='fail'")).stdout)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    venv = Path(sys.argv.pop(2)).resolve()
    profiling.main(__doc__, make_venv)

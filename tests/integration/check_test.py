#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The regression check of real recordings. usage: check_test.py TOOL [unittest arguments]"""
import json
import subprocess
import xml.etree.ElementTree as ElementTree

import profiling

PASS, FAILED, USAGE, FAIL, INCONCLUSIVE, INVALID = 0, 1, 2, 3, 4, 5
# Works alone for three tenths of the time it has at one thread, or not at all: 1.54 times faster at two threads, or twice.
SCRIPT = """
import os, threading
def alone(steps):
    x = 1.0
    for _ in range(steps): x = x * 1.0000001 + 0.5
def share(steps):
    x = 1.0
    for _ in range(steps): x = x * 1.0000001 + 0.5
threads, serial = int(os.environ["FTSCALE_THREADS"]), float(os.environ.get("SERIAL", "0"))
alone(int(6_000_000 * serial))
workers = [threading.Thread(target=share, args=(int(6_000_000 * (1 - serial)) // threads,)) for _ in range(threads)]
for worker in workers: worker.start()
for worker in workers: worker.join()
"""


class Checks(profiling.ProfilingTest):
    recorded = {}

    def setUp(self):
        super().setUp()
        script = self.script("work.py", SCRIPT)
        for serial in ("0", "0.3"):
            if serial not in Checks.recorded:  # two sweeps for all tests
                Checks.recorded[serial] = self.quiet_profile(script, "-r", "6", "--env", f"SERIAL={serial}").recording.read_bytes()
        self.parallel, self.serial = self.folder / "parallel.ftscale", self.folder / "serial.ftscale"
        self.parallel.write_bytes(Checks.recorded["0"])
        self.serial.write_bytes(Checks.recorded["0.3"])

    def quiet_profile(self, *arguments, attempts=4):
        """A sweep beside which nothing else used the CPUs, if one of the attempts was."""
        for _ in range(attempts):
            profile = self.profile(*arguments)
            if profile.lost_cores(2, "run_queue") < 0.05:
                break
        return profile

    def tool(self, *arguments):
        return subprocess.run([profiling.setting("tool"), *map(str, arguments)], capture_output=True, text=True, timeout=60, cwd=self.folder)

    def check(self, expect, recording, *arguments):
        done = self.tool("check", recording, *arguments)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def baseline(self, recording):
        path = self.folder / "baseline.json"
        self.assertEqual(self.tool("baseline", recording, "-o", path).returncode, 0)
        return path

    def test_a_planted_loss_fails_and_its_function_is_named(self):
        said = json.loads(self.check(FAIL, self.serial, "--baseline", self.baseline(self.parallel), "--format", "json"))
        self.assertEqual(said["verdict"], "fail")
        self.assertEqual([rule["rule"] for rule in said["rules"]], ["max-regression"])
        self.assertAlmostEqual(said["rules"][0]["value"], 1 / 1.3, delta=0.12)
        self.assertEqual(said["grown"][0]["name"], "alone")
        self.assertEqual(said["grown"][0]["kind"], "function")

    def test_a_recording_against_itself_never_fails(self):
        done = self.tool("check", self.parallel, "--baseline", self.baseline(self.parallel))
        self.assertIn(done.returncode, (PASS, INCONCLUSIVE), done.stdout)
        self.check(PASS, self.parallel, "--baseline", self.baseline(self.parallel), "--inconclusive", "pass")

    def test_what_is_faster_passes(self):
        self.check(PASS, self.parallel, "--baseline", self.baseline(self.serial))

    def test_absolute_rules_and_the_rules_file(self):
        self.check(PASS, self.parallel, "--min-speedup", "2=1.1")
        self.check(FAIL, self.serial, "--min-speedup", "2=1.95")
        self.check(FAIL, self.serial, "--max-loss", "serial=0.1")
        self.check(FAIL, self.serial, "--max-loss", "function:alone=0.1")
        self.check(PASS, self.parallel, "--max-loss", "lock_wait=0.5")
        self.assertIn("no runs at 8 threads", self.check(INVALID, self.parallel, "--min-speedup", "8=2"))
        rules = self.folder / "ftscale.toml"
        rules.write_text('[check.min-speedup]\n2 = 1.95\n')
        self.check(FAIL, self.serial)
        self.check(PASS, self.serial, "--min-speedup", "2=1.01")
        rules.write_text("[check]\nmax-regresion = 1\n")
        self.assertIn("ftscale.toml:2: max-regresion: no such key", self.check(USAGE, self.serial))

    def test_the_files_beside(self):
        junit, markdown = self.folder / "junit.xml", self.folder / "summary.md"
        self.check(FAIL, self.serial, "--min-speedup", "2=1.95", "--junit", junit, "--markdown", markdown)
        suite = ElementTree.parse(junit).getroot().find("testsuite")
        self.assertEqual((suite.get("tests"), suite.get("failures"), suite.get("errors")), ("1", "1", "0"))
        self.assertIsNotNone(suite.find("testcase/failure"))
        self.assertIn("| **fail** | `min-speedup` |", markdown.read_text())

    def test_other_machines_and_interpreters_are_refused(self):
        path = self.baseline(self.parallel)
        for key, value in (("cpus", 64), ("interpreter", "3.99.0t"), ("gil_on", True), ("scaling", "weak")):
            changed = {**json.loads(path.read_text()), key: value}
            other = self.folder / "other.json"
            other.write_text(json.dumps(changed))
            self.check(INVALID, self.parallel, "--baseline", other)

    def test_bad_input(self):
        self.assertIn("nothing to check against", self.check(USAGE, self.parallel))
        self.assertIn("ftscale baseline", self.check(FAILED, self.parallel, "--baseline", "/no/such/file"))
        self.assertIn("no baseline", self.check(FAILED, self.parallel, "--baseline", self.write("{}")))
        self.assertIn("--min-speedup: '2'", self.check(USAGE, self.parallel, "--min-speedup", "2"))
        self.check(FAILED, self.folder / "missing.ftscale", "--min-speedup", "2=1")
        self.check(FAILED, self.parallel, "--min-speedup", "2=1.1", "-o", "/dev/full")

    def write(self, text):
        path = self.folder / "file.json"
        path.write_text(text)
        return path


if __name__ == "__main__":
    profiling.main(__doc__)

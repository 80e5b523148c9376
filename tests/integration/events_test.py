#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Events on the command line: what is listed, what is refused, what is said about events that cannot be counted.

usage: events_test.py TOOL FORBID Usage|Sweep [unittest arguments]

FORBID is tests/support/forbid, which starts a program with some system calls forbidden. As with cli_test.py, Usage needs no free-threaded interpreter.
"""
import json
import os
import re
import subprocess
import sys
import unittest

import cli_test
from cli_test import CliTest, find_python

FORBIDDEN = "perf_event_open is forbidden (seccomp)"
NO_PMU = "this machine has no such event (no PMU: "


class EventsTest(CliTest):
    def run_forbidden(self, error, *words, **variables):
        """As where a container forbids perf_event_open."""
        command = [FORBID, f"perf_event_open={error}", cli_test.TOOL, *map(str, words)]
        return subprocess.run(command, cwd=self.folder, env={**os.environ, **variables}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)

    def verdict(self, event):
        """What `ftscale events` says about it: yes, user or no."""
        result = self.run_tool("events", event)
        line = re.search(rf"^  (yes|user|no) +{event}\b.*$", result.stdout, re.MULTILINE)
        self.assertIsNotNone(line, result.stdout)
        return line.group(1)

    def skip_where_cycles_count(self):
        if self.verdict("cycles") != "no":
            self.skipTest("this machine has a PMU")


class Usage(EventsTest):
    def test_list(self):
        result = self.run_tool("events")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for text in ("Software events\n", "Hardware events\n", "Cache events of the kernel\n", "page-faults, faults", "LLC-load-misses"):
            self.assertIn(text, result.stdout)
        self.assertNotIn("\x1b", result.stdout)
        self.assertLessEqual(max(map(len, result.stdout.splitlines())), 80)

    def test_pattern(self):
        for pattern in ("FAULT", "*-faults"):
            with self.subTest(pattern):
                result = self.run_tool("events", pattern)
                self.assertEqual(result.returncode, 0)
                self.assertIn("minor-faults", result.stdout)
                self.assertNotIn("cpu-clock", result.stdout)
                self.assertNotIn("Cache events", result.stdout)
        self.assertNotIn("minor-faults", self.run_tool("events", "faults*").stdout, "a glob is of the whole name")

    def test_pattern_of_nothing(self):
        self.check_error(self.run_tool("events", "page-falts"), 1, "no event's name matches 'page-falts'")
        self.assertIn("page-faults", self.run_tool("events", "page-falts").stderr)
        self.check_error(self.run_tool("events", "xyzzyqwertz"), 1, "xyzzyqwertz")
        self.check_error(self.run_tool("events", "a", "b"), 2, "")

    def test_list_where_perf_events_are_forbidden(self):
        for error in ("EPERM", "ENOSYS"):
            with self.subTest(error):
                result = self.run_forbidden(error, "events", "page-faults")
                self.assertEqual(result.returncode, 0)
                self.assertRegex(result.stdout, r"(?m)^  no +page-faults, faults ")
                self.assertTrue(result.stdout.endswith(f"\nno: {FORBIDDEN}\n"), result.stdout)

    def test_events_that_are_none(self):
        began = self.write("began.py", "open('began', 'w')\n")
        for events, message in (
            ("cylces", "there is no event 'cylces'"),
            ("page-faults,nope", "there is no event 'nope'"),
            ("cycles:foo", "cycles takes no 'foo'"),
            ("cycles:k", "the kernel's part is not counted apart"),
            ("nope::cycles", "there is no PMU 'nope'"),
            (",", "no event is named"),
        ):
            with self.subTest(events):
                self.check_error(self.run_tool("run", "-e", events, began), 2, message)
        self.check_error(self.run_tool("run", "-e", "faults", "-e", "nope", began), 2, "there is no event 'nope'")
        self.assertIn("did you mean cycles", self.run_tool("run", "-e", "cylces", began).stderr)
        self.assertFalse((self.folder / "began").exists(), "the script was run")
        self.assertEqual(self.left_behind(), [])

    def test_options_that_contradict_each_other(self):
        for words, message in (
            (["-e", "faults", "--no-counters"], "excludes"),
            (["--require-counters", "--no-counters"], "excludes"),
            (["-e", "faults", "-F", "0"], "--events: counters are read at samples"),
            (["--require-counters", "-F", "0"], "--require-counters: counters are read at samples"),
        ):
            with self.subTest(words):
                self.check_error(self.run_tool("run", *words, "ok.py"), 2, message)

    def test_required_counters_that_a_machine_without_pmu_does_not_have(self):
        self.skip_where_cycles_count()
        began = self.write("began.py", "open('began', 'w')\n")
        for words, message in (
            (["-e", "cycles"], f"cycles cannot be counted: {NO_PMU}"),
            (["-e", "faults,cycles,instructions"], f"cycles, instructions cannot be counted: {NO_PMU}"),
            ([], f"there are no hardware counters: {NO_PMU}"),
        ):
            with self.subTest(words):
                self.check_error(self.run_tool("run", "--require-counters", *words, began), 1, message)
        self.check_error(self.run_tool("run", "--sampler", "cycles", began), 1, f"--sampler cycles: {NO_PMU}")
        self.assertFalse((self.folder / "began").exists(), "the script was run")
        self.assertEqual(self.left_behind(), [])

    def test_required_counters_where_perf_events_are_forbidden(self):
        result = self.run_forbidden("EPERM", "run", "--require-counters", "-e", "faults", "ok.py")
        self.check_error(result, 1, f"faults cannot be counted: {FORBIDDEN}")
        self.check_error(self.run_forbidden("EPERM", "run", "--require-counters", "ok.py"), 1, FORBIDDEN)


class Sweep(EventsTest):
    ONE_RUN = ("-t", "1", "-r", "1", "--warmup", "0")

    def run_tool(self, *words, **variables):
        return super().run_tool(*words, **{"FTSCALE_PYTHON": PYTHON, **variables})

    def test_a_missing_event_is_named_and_the_run_goes_on(self):
        self.skip_where_cycles_count()
        result = self.run_tool("run", *self.ONE_RUN, "-e", "cycles", "ok.py")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"ftscale: not counted: cycles: {NO_PMU}", result.stderr)
        self.assertIn("ftscale: samples come from cpu-clock, not from hardware cycles", result.stderr)
        self.assertEqual(self.run_tool("run", "-q", *self.ONE_RUN, "-e", "cycles", "ok.py").stderr, "")

    def test_the_recording_says_what_was_counted_and_what_was_not(self):
        self.skip_where_cycles_count()
        if self.verdict("page-faults") == "no":
            self.skipTest("perf events are forbidden here")
        result = self.run_tool("run", "-q", *self.ONE_RUN, "-e", "cycles,faults", "-e", "task-clock,cs:u", "ok.py")
        self.assertEqual(result.returncode, 0, result.stderr)
        dump = self.run_tool("dump", "--no-symbols", "ok.ftscale").stdout
        manifest, _ = json.JSONDecoder().raw_decode(dump, dump.index("{"))
        self.assertEqual([counter["name"] for counter in manifest["counters"]], ["faults", "task-clock"])
        self.assertEqual([counter["name"] for counter in manifest["missing_counters"]], ["cycles", "cs:u"])
        self.assertIn(NO_PMU, manifest["missing_counters"][0]["reason"])
        self.assertIn("it happens in the kernel", manifest["missing_counters"][1]["reason"])
        recorded = [line for line in dump.splitlines() if re.match(r" +[0-9.]+ counter ", line)]
        self.assertEqual(len(recorded), 2, recorded)  # the probe was told to count both
        self.assertIn("faults", recorded[0])
        self.assertIn("task-clock", recorded[1])

    def test_without_a_pmu_the_default_set_costs_one_line(self):
        self.skip_where_cycles_count()
        result = self.run_tool("run", *self.ONE_RUN, "ok.py")
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = [line for line in result.stderr.splitlines() if "counter" in line or "sample" in line]
        self.assertEqual(len(lines), 1, result.stderr)
        self.assertIn(f"no hardware counters: {NO_PMU}", lines[0])
        self.assertIn("samples come from cpu-clock", lines[0])

    def test_no_counters(self):
        result = self.run_tool("run", *self.ONE_RUN, "--no-counters", "ok.py")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("counter", result.stderr)

    def test_where_perf_events_are_forbidden_a_profile_is_made_all_the_same(self):
        result = self.run_forbidden("EPERM", "run", *self.ONE_RUN, "ok.py", FTSCALE_PYTHON=PYTHON)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"no hardware counters: {FORBIDDEN}; samples come from cpu-timer", result.stderr)
        self.assertEqual(self.left_behind(), ["ok.ftscale"])


if __name__ == "__main__":
    cli_test.TOOL, FORBID = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
    PYTHON = find_python()
    if "Sweep" in sys.argv[1] and PYTHON is None:
        print("no free-threaded python: skipped")
        sys.exit(77)
    unittest.main()

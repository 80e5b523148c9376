#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Exports of a real script's recording, which have to say what its report says. usage: export_test.py TOOL [unittest arguments]"""
import csv
import gzip
import io
import json
import os
import pty
import subprocess
import unittest
from collections import Counter

import profiling

NAMES = ("folded", "speedscope", "pprof", "firefox", "chrome-trace", "csv")


class Exports(profiling.ProfilingTest):
    recorded = None

    def setUp(self):
        super().setUp()
        if Exports.recorded is None:  # one sweep for all tests
            profile = self.profile("two_locks.py", "-r", "2", "-e", "page-faults")
            Exports.recorded = profile.recording.read_bytes(), profile.report
        self.recording = self.folder / "two_locks.ftscale"
        self.recording.write_bytes(Exports.recorded[0])
        self.report = Exports.recorded[1]

    def run_at(self, threads):
        return next(run for run in self.report["runs"] if run["threads"] == threads)

    def export(self, name, *options, expect=0):
        """(bytes, what was said)"""
        done = subprocess.run([profiling.setting("tool"), "export", self.recording, "--format", name, *options], capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=120)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done.stdout, done.stderr.decode()

    def folded(self, *options):
        """Seconds by stack."""
        text, said = self.export("folded", *options)
        size_us = float(said.split("a count stands for ")[1].split()[0])
        return {line.rpartition(" ")[0]: int(line.rpartition(" ")[2]) * size_us * 1e-6 for line in text.decode().splitlines()}

    def speedscope(self, *options):
        return json.loads(self.export("speedscope", *options)[0])

    def test_the_ledger_is_the_report_s(self):
        for threads in (1, 2):
            stacks = self.folded("--what", "all", "-t", str(threads))
            self.assertAlmostEqual(sum(stacks.values()), self.run_at(threads)["capacity_s"], places=4)
            by_category = Counter()
            for path, seconds in stacks.items():
                state = path.rpartition(";")[2]
                by_category[state.strip("[]").split(":")[0] if state.startswith("[") else "work"] += seconds
            for category, seconds in self.run_at(threads)["ledger"].items():
                self.assertAlmostEqual(by_category[category], seconds, delta=1e-3, msg=category)

    def test_the_table_is_the_report_s(self):
        rows = list(csv.DictReader(io.StringIO(self.export("csv")[0].decode())))
        for run in self.report["runs"]:
            mine = [row for row in rows if int(row["threads"]) == run["threads"]]
            for column, total in (("ledger_s", run["capacity_s"]), ("loss_s", run["loss_s"])):
                self.assertAlmostEqual(sum(float(row[column]) for row in mine), total, places=5)

    def test_folded_and_speedscope_agree_and_threads_sum(self):
        for what in ("cpu", "wait", "refcount"):
            with self.subTest(what):
                profiles = self.speedscope("--what", what)["profiles"]
                self.assertTrue(profiles[0]["name"].startswith("all threads"))
                self.assertAlmostEqual(sum(self.folded("--what", what).values()), profiles[0]["endValue"], delta=1e-4)
                self.assertAlmostEqual(sum(one["endValue"] for one in profiles[1:]), profiles[0]["endValue"], delta=1e-6)

    def test_waits_stand_at_both_of_their_sides(self):
        waiters, holders = self.folded("--what", "wait"), self.folded("--what", "wait", "--side", "holder")
        self.assertAlmostEqual(sum(waiters.values()), sum(holders.values()), delta=1e-4)
        locks = {lock["type"] for lock in self.run_at(2)["locks"] if lock["wait_s"] > 0}
        named = {path.rpartition("[lock_wait: ")[2].rstrip("]") for path in waiters if "[lock_wait: " in path}
        self.assertTrue(locks)
        self.assertLessEqual(locks, named)

    def test_counters(self):
        profile = self.speedscope("--what", "counter:page-faults")["profiles"][0]
        self.assertEqual(profile["unit"], "none")
        faults = self.run_at(2)["counters"].get("page-faults")
        if faults is None:
            self.skipTest("perf events cannot be opened here")
        self.assertAlmostEqual(profile["endValue"], faults, delta=1e-6 * faults)

    def test_timelines(self):
        trace, said = self.export("chrome-trace")
        self.assertIn("of median wall time", said)
        threads = {}
        for event in json.loads(trace)["traceEvents"]:
            if event["ph"] == "X":
                threads.setdefault(event["tid"], []).append((event["ts"], event["ts"] + event["dur"]))
        self.assertGreaterEqual(len(threads), 3)
        for slices in threads.values():
            for before, after in zip(slices, slices[1:]):
                self.assertLessEqual(before[1], after[0])
        self.assertTrue(json.loads(self.export("firefox")[0])["threads"])

    def test_every_format_goes_to_a_file(self):
        for name in NAMES:
            with self.subTest(name):
                file = self.folder / "exported"
                nothing, _ = self.export(name, "-o", file)
                self.assertEqual(nothing, b"")
                self.assertEqual(file.read_bytes(), self.export(name)[0])
                _, said = self.export(name, "-o", self.folder / "missing" / "file", expect=1)
                self.assertIn("cannot write", said)
        self.assertTrue(gzip.decompress(self.export("pprof")[0]))

    def test_a_terminal_is_spared_what_is_no_text(self):
        terminal, tool_s_side = pty.openpty()
        done = subprocess.run([profiling.setting("tool"), "export", self.recording, "--format", "pprof"], stdout=tool_s_side, stderr=subprocess.PIPE)
        os.close(tool_s_side)
        os.close(terminal)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"name a file with -o", done.stderr)

    def test_what_is_not_there_is_refused_by_name(self):
        for options, message in ((["-t", "3"], "it has: 1, 2"), (["--thread", "nobody"], "no thread is called 'nobody'"),
                                 (["--what", "counter:odd"], "no counts of 'odd'")):
            _, said = self.export("folded", *options, expect=2)
            self.assertIn(message, said)
        for name in ("csv", "chrome-trace", "firefox"):
            self.assertIn("it has: 1, 2", self.export(name, "-t", "3", expect=2)[1])


if __name__ == "__main__":
    profiling.main(__doc__)

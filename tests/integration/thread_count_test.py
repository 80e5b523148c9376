#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Scripts that do not heed the thread count are told so first, and no others. usage: thread_count_test.py TOOL [unittest arguments]"""
import re

import profiling
from profiling import measured

IGNORED, MULTIPLIED = "thread_count_ignored", "work_multiplied"
MOOT = {"serial", "imports", "starved", "io", "sleep", "run_queue", "work"}


class ThreadCountTest(profiling.ProfilingTest):
    def rules(self, way, *options, arguments=(), threads="1,2"):
        self.report = self.profile("thread_count.py", "-r", "2", *options, arguments=(way, *arguments), threads=threads).report
        return [finding["rule"] for finding in self.report["findings"]]

    def check_claim(self, rule, way, *options, **more):
        """It comes first, none beside it says what to do about idle slots, and nothing is promised."""
        rules = self.rules(way, *options, **more)
        self.assertEqual(rules[:1], [rule], self.report["findings"])
        self.assertFalse(MOOT & set(rules))
        for finding in self.report["findings"]:
            self.assertIsNone(finding["speedup_without"])
            self.assertNotIn("pieces", finding["advice"])
        return self.report["findings"][0]

    def check_no_claim(self, way, *options, **more):
        rules = self.rules(way, *options, **more)
        self.assertFalse({IGNORED, MULTIPLIED} & set(rules), self.report["findings"][:1])
        return rules


class Ignored(ThreadCountTest):
    @measured
    def test_an_option_that_is_not_given(self):
        finding = self.check_claim(IGNORED, "option")
        self.assertEqual([round(run["thread_use"]["threads"]) for run in self.report["runs"]], [2, 2])
        self.assertIn("does the same at 1 and 2 threads: whatever it is told, 1 thread is busy at a time", finding["title"])
        for count, evidence in zip(("1 thread", "2 threads"), finding["evidence"]):
            self.assertTrue(evidence.startswith(f"at {count}: 1 thread beside the main one, 1 busy at a time, "), evidence)
        self.assertIn("--workers {threads}", finding["advice"])
        self.assertIn("FTSCALE_THREADS", finding["advice"])
        self.assertIn("it seems to take no notice of the thread count", self.report["summary"])
        self.assertNotIn("run alone", self.report["summary"])

    @measured
    def test_once_the_option_is_given(self):
        self.assertNotIn(IGNORED, self.check_no_claim("option", arguments=("--workers", "{threads}")))

    @measured
    def test_the_count_in_an_argument_that_says_nothing(self):
        finding = self.check_claim(IGNORED, "serial", arguments=("--workers", "{threads}"))
        self.assertTrue(finding["evidence"][0].startswith("at 1 thread: no thread beside the main one, 1 busy at a time"))
        self.assertTrue(finding["advice"].startswith("It is told the thread count by {threads}"))

    @measured
    def test_a_pool_of_four(self):
        for options in ((), ("--no-pin",)):
            finding = self.check_claim(IGNORED, "pool", *options)
            self.assertIn("4 threads are busy at a time", finding["title"])
            self.assertEqual(any("pinned" in line for line in finding["evidence"]), not options)

    @measured
    def test_weak_scaling(self):
        finding = self.check_claim(IGNORED, "serial", "--scaling", "weak")
        self.assertGreater(finding["lost_cores"], 0.8)
        self.assertIn("there was none", self.report["summary"])


class Multiplied(ThreadCountTest):
    @measured
    def test_each_thread_does_the_whole_work(self):
        finding = self.check_claim(MULTIPLIED, "each")
        ratio = re.match(r"2 threads take ([\d.]+)x the CPU time of 1: each seems to do the whole work", finding["title"])
        self.assertTrue(ratio, finding["title"])
        self.assertAlmostEqual(float(ratio[1]), 2, delta=0.25)  # each run begins with some imports
        self.assertIn("--scaling weak", finding["advice"])
        self.assertIn("the whole work", self.report["summary"])

    @measured
    def test_with_weak_scaling_that_is_as_it_should_be(self):
        self.check_no_claim("each", "--scaling", "weak")


class Innocent(ThreadCountTest):
    """They heed the count, however little they gain by it."""

    def test_no_claim(self):
        for way in ("divided", "imbalance", "locked", "starved", "short", "partly", "tasks", "processes", "marked"):
            with self.subTest(way):
                self.check_no_claim(way)

    def test_processes_that_are_followed(self):
        self.check_no_claim("processes", "--follow-children")

    def test_weak_scaling(self):
        for way in ("divided", "partly", "imbalance"):
            with self.subTest(way):
                self.check_no_claim(way, "--scaling", "weak")

    def test_one_count_alone(self):
        self.assertEqual(self.check_no_claim("serial", threads="1"), [])

    @measured
    def test_what_runs_alone_is_still_told(self):
        self.assertEqual(self.check_no_claim("short")[:1], ["serial"])


class Lines(profiling.ProfilingTest):
    @measured
    def test_a_finding_is_at_the_line_of_its_own_category(self):
        source = (profiling.TARGETS / "sleep_and_lock.py").read_text().splitlines()
        lines = {mark[1]: number for number, text in enumerate(source, 1) if (mark := re.search(r"# line: (\w+)", text))}
        profile = self.profile("sleep_and_lock.py", "-r", "2")
        titles = {finding["rule"]: finding["title"] for finding in profile.report["findings"]}
        self.assertIn(f"threads sleep in work (sleep_and_lock.py:{lines['sleep']})", titles.get("sleep", ""), titles)
        row = next(row for row in profile.run(2)["functions"] if row["function"] == "work")
        self.assertEqual(row["hot_line"], lines["compute"])
        self.assertEqual(row["hot_lines"]["sleep"], lines["sleep"])
        self.assertEqual(row["hot_lines"]["serial"], lines["compute"])


if __name__ == "__main__":
    profiling.main(__doc__)

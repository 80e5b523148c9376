#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The page and the flame graphs of real recordings: the same figures as in the JSON report.

usage: html_test.py TOOL [unittest arguments]
"""
import json
import re
import subprocess
from collections import defaultdict

from profiling import ProfilingTest, main, setting

DATA = re.compile(r'<script type="application/json" id="ftscale-data">(.*?)</script>', re.DOTALL)
MOST = 1e-8  # that rounding in the file makes of a sum, relative to it

class Page(ProfilingTest):
    def command(self, *arguments):
        return subprocess.run([setting("tool"), *map(str, arguments)], capture_output=True, text=True, timeout=120)

    def data_of(self, *arguments):
        output = self.folder / "page.html"
        done = self.command(*arguments, "-o", output)
        if "built without its HTML page" in done.stderr:
            self.skipTest("the tool was built without its page")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(DATA.search(output.read_text(encoding="utf-8")).group(1))

    def view(self, data, kind, threads):
        return next(view for view in data["flames"]["views"] if view["kind"] == kind and view["threads"] == threads)

    def by_category(self, data, view):
        sums = defaultdict(float)
        for category, seconds in zip(view["own"]["category"], view["own"]["seconds"], strict=True):
            sums[data["categories"][category]["name"]] += seconds
        return sums

    def by_function(self, data, view):
        """Python functions: what they cost with the native functions they ended in."""
        flames, sums = data["flames"], defaultdict(float)
        for node, seconds in zip(view["own"]["node"], view["own"]["seconds"], strict=True):
            while node and flames["functions"][flames["nodes"]["function"][node]]["native"]:
                node = flames["nodes"]["parent"][node]
            if node:
                function = flames["functions"][flames["nodes"]["function"][node]]
                sums[function["name"], function["file"], function["line"]] += seconds
        return sums

    def check_sums(self, data, report):
        for run in report["runs"]:
            time = self.view(data, "time", run["threads"])
            self.assertAlmostEqual(time["total_s"], run["capacity_s"], delta=MOST * run["capacity_s"])
            for category, seconds in self.by_category(data, time).items():
                self.assertAlmostEqual(seconds, run["ledger"][category], delta=MOST * run["capacity_s"], msg=category)
            if run["threads"] != report["scaling"]["baseline_threads"]:
                loss = self.view(data, "loss", run["threads"])
                self.assertAlmostEqual(loss["total_s"], run["loss_s"], delta=MOST * run["capacity_s"])

    def check_functions(self, data, report, threads):
        run = next(run for run in report["runs"] if run["threads"] == threads)
        costs = self.by_function(data, self.view(data, "loss", threads))
        # What was too small to be drawn stands at its callers.
        drawn = [function for function in run["functions"][:3] if not function["native"] and function["loss_s"] > 0.03 * run["capacity_s"]]
        self.assertTrue(drawn)
        for function in drawn:
            key = (function["function"], function["file"], function["line"])
            self.assertAlmostEqual(costs[key], function["loss_s"], delta=0.01 * run["capacity_s"], msg=key)

    def test_the_page_has_the_figures_of_the_report(self):
        profile = self.profile("shared_list.py", "-r", "2")
        data = self.data_of("report", profile.recording, "--format", "html")
        self.assertEqual(data["report"]["findings"], profile.report["findings"])
        self.assertEqual(data["report"]["scaling"], profile.report["scaling"])
        self.check_sums(data, profile.report)
        self.check_functions(data, profile.report, 2)
        self.assertEqual([timeline["threads"] for timeline in data["timelines"]], [1, 2])
        for timeline in data["timelines"]:
            for row in timeline["rows"]:
                begins, ends = row["slices"]["begin_us"], row["slices"]["end_us"]
                self.assertTrue(all(begin < end for begin, end in zip(begins, ends)))
                self.assertTrue(all(end <= begin for end, begin in zip(ends, begins[1:])))
                self.assertLessEqual(ends[-1], 1e6 * timeline["wall_s"] + 1)

    def test_weak_scaling_closes_too(self):
        profile = self.profile("no_sharing.py", "-r", "1", "--scaling", "weak")
        self.check_sums(self.data_of("report", profile.recording, "--format", "html"), profile.report)

    def test_flame_graphs_of_one_thread_count_over_another(self):
        profile = self.profile("serial_section.py", "-r", "1")
        data = self.data_of("flamegraph", profile.recording, "-t", "1", "--vs", "2")
        self.assertIsNone(data["report"])
        self.assertEqual({view["threads"] for view in data["flames"]["views"]}, {1})
        loss = self.view(data, "loss", 1)
        self.assertEqual(loss["versus"], 2)
        here, there = (profile.run(threads)["capacity_s"] for threads in (1, 2))
        self.assertAlmostEqual(loss["total_s"], here - there, delta=MOST * there)

    def test_a_region_alone(self):
        recording = self.profile("two_regions.py", "-r", "1").recording
        regions = [region["name"] for region in self.read_report(recording)["regions"]]
        self.assertEqual(len(regions), 2)
        for region in regions:
            report = self.read_report(recording, "--region", region)
            data = self.data_of("report", recording, "--region", region, "--format", "html")
            self.assertEqual(data["report"]["region"], region)
            self.check_sums(data, report)

    def test_wrong_usage_and_unwritable_files(self):
        recording = self.profile("no_sharing.py", "-r", "1", threads="1").recording
        self.data_of("flamegraph", recording)
        for arguments in (["-t", "3"], ["--vs", "3"]):
            done = self.command("flamegraph", recording, *arguments, "-o", self.folder / "never.html")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("it has: 1", done.stderr)
        self.assertFalse((self.folder / "never.html").exists())
        for command in (["flamegraph", recording], ["report", recording, "--format", "html"]):
            done = self.command(*command, "-o", "/no/such/folder/page.html")
            self.assertEqual(done.returncode, 1)
            self.assertIn("cannot write '/no/such/folder/page.html'", done.stderr)
            full = self.command(*command, "-o", "/dev/full")
            self.assertEqual(full.returncode, 1)
            self.assertIn("No space left on device", full.stderr)

    def test_a_sweep_that_failed_makes_a_page(self):
        profile = self.profile(self.script("fails.py", "import sys; sum(range(3_000_000)); sys.exit(3)"), expect=1)
        data = self.data_of("report", profile.recording, "--format", "html")
        self.assertIn("run_failed", {warning["code"] for warning in data["report"]["warnings"]})


if __name__ == "__main__":
    main(__doc__)

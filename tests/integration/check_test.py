#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The regression check, and comparisons, of real recordings. usage: check_test.py TOOL [unittest arguments]"""
import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import profiling
from profiling import measured

PASS, FAILED, USAGE, FAIL, INCONCLUSIVE, INVALID = 0, 1, 2, 3, 4, 5
# What works alone takes as many tenths again of the time that the rest has at one thread: 1.25 times faster at two threads, or twice.
ALONE = 0.6
HELD, BROKEN = "2=0.25", "2=4"  # least speed-ups, whatever the noise
SCRIPT = """
import os, threading
def alone(steps):
    x = 1.0
    for _ in range(steps): x = x * 1.0000001 + 0.5
def share(steps):
    x = 1.0
    for _ in range(steps): x = x * 1.0000001 + 0.5
threads, serial = int(os.environ["FTSCALE_THREADS"]), float(os.environ.get("SERIAL", "0"))
alone(int(9_000_000 * serial))
workers = [threading.Thread(target=share, args=(int(9_000_000 * (1 - serial)) // threads,)) for _ in range(threads)]
for worker in workers: worker.start()
for worker in workers: worker.join()
print("what a script prints")
"""


class CheckTest(profiling.ProfilingTest):
    recorded = {}  # two sweeps for all tests
    repeats = 24  # so that a sweep takes long enough to tell anything
    shared = tempfile.TemporaryDirectory()  # recordings name the folder they were made in

    def setUp(self):
        self.folder = Path(CheckTest.shared.name)
        for left in self.folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        self.work = self.script("work.py", SCRIPT)
        self.parallel, self.serial = self.folder / "parallel.ftscale", self.folder / "serial.ftscale"
        self.write_recordings()

    def record(self, path, serial):
        done = self.tool("run", "-q", "--python", profiling.setting("python"), "-t", "1,2", "-r", CheckTest.repeats, "--env",
                         f"SERIAL={serial}", "-o", path, "work.py")
        self.assertEqual(done.returncode, 0, done.stderr)

    def write_recordings(self):
        for path, serial in ((self.parallel, 0), (self.serial, ALONE)):
            if serial not in CheckTest.recorded:
                self.record(path, serial)
                CheckTest.recorded[serial] = path.read_bytes()
            path.write_bytes(CheckTest.recorded[serial])

    def forget(self):
        """What is too noisy to tell takes more repeats, as the tool says itself."""
        CheckTest.recorded.clear()
        CheckTest.repeats = min(48, 2 * CheckTest.repeats)
        self.write_recordings()

    def tool(self, *arguments, **environment):
        return subprocess.run([profiling.setting("tool"), *map(str, arguments)], capture_output=True, text=True, timeout=300, cwd=self.folder,
                              env={**os.environ, "GITHUB_WORKSPACE": "", "GITHUB_STEP_SUMMARY": "", **environment})

    def check(self, expect, recording, *arguments, **environment):
        done = self.tool("check", recording, *arguments, **environment)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def baseline(self, recording):
        path = self.folder / "baseline.json"
        self.assertEqual(self.tool("baseline", recording, "-o", path).returncode, 0)
        return path

    def write(self, text):
        path = self.folder / "file.json"
        path.write_text(text)
        return path


class Verdicts(CheckTest):
    @measured
    def test_a_planted_loss_fails_and_its_function_is_named(self):
        said = json.loads(self.check(FAIL, self.serial, "--baseline", self.baseline(self.parallel), "--format", "json"))
        self.assertEqual(said["verdict"], "fail")
        self.assertEqual([rule["rule"] for rule in said["rules"]], ["max-regression"])
        self.assertAlmostEqual(said["rules"][0]["value"], 1 / (1 + ALONE), delta=0.12)
        self.assertEqual((said["grown"][0]["name"], said["grown"][0]["kind"]), ("alone", "function"))

    def test_a_recording_against_itself_never_fails(self):
        done = self.tool("check", self.parallel, "--baseline", self.baseline(self.parallel))
        self.assertIn(done.returncode, (PASS, INCONCLUSIVE), done.stdout)
        self.check(PASS, self.parallel, "--baseline", self.baseline(self.parallel), "--inconclusive", "pass")

    @measured
    def test_what_is_faster_passes(self):
        self.check(PASS, self.parallel, "--baseline", self.baseline(self.serial))

    @measured
    def test_absolute_rules_and_the_rules_file(self):
        self.check(PASS, self.parallel, "--min-speedup", HELD)
        self.check(FAIL, self.serial, "--min-speedup", BROKEN)
        self.check(FAIL, self.serial, "--max-loss", "serial=0.1")
        self.check(FAIL, self.serial, "--max-loss", "function:alone=0.1")
        self.check(PASS, self.parallel, "--max-loss", "lock_wait=0.5")
        self.assertIn("no runs at 8 threads", self.check(INVALID, self.parallel, "--min-speedup", "8=2"))
        rules = self.folder / "ftscale.toml"
        rules.write_text("[check.min-speedup]\n2 = 4\n")
        self.check(FAIL, self.serial)
        self.check(PASS, self.serial, "--min-speedup", HELD)
        rules.write_text("[check]\nmax-regresion = 1\n")
        self.assertIn("ftscale.toml:2: max-regresion: no such key", self.check(USAGE, self.serial))

    @measured
    def test_inconclusive_has_an_exit_code_of_its_own(self):
        noisy = json.loads(self.baseline(self.parallel).read_text())
        times = noisy["points"][1]["repeats_s"]
        noisy["points"][1]["repeats_s"] = [factor * time for factor, time in zip(itertools.cycle((0.8, 0.9, 0.97, 1.04, 1.1, 1.25)), times)]
        noisy = self.write(json.dumps(noisy))
        self.assertIn("repeats of both would tell", self.check(INCONCLUSIVE, self.parallel, "--baseline", noisy))
        self.check(PASS, self.parallel, "--baseline", noisy, "--inconclusive", "pass")
        self.check(FAIL, self.parallel, "--baseline", noisy, "--inconclusive", "fail")

    def first_repeats(self, recording, count, name):
        """A baseline of the first repeats alone."""
        figures = json.loads(self.baseline(recording).read_text())
        figures["sweep_s"] *= count / len(figures["points"][0]["repeats_s"])
        for point in figures["points"]:
            point["repeats_s"] = point["repeats_s"][:count]
        path = self.folder / name
        path.write_text(json.dumps(figures))
        return path

    def test_few_repeats_never_fail_and_how_many_would_is_said(self):
        now, before = self.first_repeats(self.serial, 3, "now.json"), self.first_repeats(self.parallel, 3, "before.json")
        said = self.check(INCONCLUSIVE, now, "--baseline", before)
        self.assertIn("repeats of both would tell", said)
        self.assertIn("repeats would tell", self.check(INCONCLUSIVE, now, "--min-speedup", BROKEN))

    def test_other_machines_and_interpreters_are_refused(self):
        path = self.baseline(self.parallel)
        for key, value in (("cpus", 64), ("interpreter", "3.99.0t"), ("gil_on", True), ("scaling", "weak"), ("region", "fit")):
            changed = {**json.loads(path.read_text()), key: value}
            self.assertIn("invalid", self.check(INVALID, self.parallel, "--baseline", self.write(json.dumps(changed))))

    def test_bad_input(self):
        self.assertIn("nothing to check against", self.check(USAGE, self.parallel))
        self.assertIn("ftscale baseline", self.check(FAILED, self.parallel, "--baseline", "/no/such/file"))
        self.assertIn("no baseline", self.check(FAILED, self.parallel, "--baseline", self.write("{}")))
        self.assertIn("--min-speedup: '2'", self.check(USAGE, self.parallel, "--min-speedup", "2"))
        self.assertIn("is not FORMAT=FILE", self.check(USAGE, self.parallel, "--min-speedup", "2=1", "--also", "yaml=x"))
        self.check(FAILED, self.folder / "missing.ftscale", "--min-speedup", "2=1")
        self.check(FAILED, self.parallel, "--min-speedup", "2=1.1", "-o", "/dev/full")
        self.check(FAILED, self.parallel, "--min-speedup", "2=1.1", "--also", "junit=/dev/full")


class Outputs(CheckTest):
    RULES = ("--min-speedup", BROKEN)

    @measured
    def test_the_files_beside(self):
        junit, markdown = self.folder / "junit.xml", self.folder / "summary.md"
        self.check(FAIL, self.serial, *self.RULES, "--also", f"junit={junit}", "--also", f"markdown={markdown}")
        suite = ElementTree.parse(junit).getroot().find("testsuite")
        self.assertEqual((suite.get("tests"), suite.get("failures"), suite.get("errors")), ("1", "1", "0"))
        self.assertIsNotNone(suite.find("testcase/failure"))
        self.assertIn("| **fail** | `min-speedup` |", markdown.read_text())

    @measured
    def test_a_workflow_on_github_gets_annotations_and_a_summary(self):
        summary = self.folder / "summary.md"
        summary.write_text("what other steps wrote\n")
        said = self.check(FAIL, self.serial, "--baseline", self.baseline(self.parallel), "--github",
                          GITHUB_STEP_SUMMARY=str(summary), GITHUB_WORKSPACE=str(self.folder))
        annotation = next(line for line in said.splitlines() if line.startswith("::error "))
        place = re.match(r"::error file=work\.py,line=(\d+),title=ftscale max-regression", annotation)
        self.assertIn("for _ in range(steps)", SCRIPT.splitlines()[int(place[1]) - 1])  # alone's loop
        self.assertTrue(summary.read_text().startswith("what other steps wrote\n### ftscale check: fail"))

    @measured
    def test_a_full_summary_is_not_overfilled(self):
        summary = self.folder / "summary.md"
        summary.write_text("x" * 999_950)
        self.check(FAIL, self.serial, *self.RULES, "--github", GITHUB_STEP_SUMMARY=str(summary))
        self.assertLessEqual(summary.stat().st_size, 1_000_000)
        self.check(FAILED, self.serial, *self.RULES, "--github", GITHUB_STEP_SUMMARY="/no/such/folder/summary")

    def test_histories(self):
        said = json.loads(self.tool("check", self.parallel, *self.RULES, "--format", "bencher").stdout)
        measures = said["work.py, 2 threads"]
        self.assertEqual(sorted(measures), ["efficiency", "latency", "lost-cores", "speedup"])
        for measure in measures.values():
            self.assertLessEqual(measure["lower_value"], measure["value"])
            self.assertLessEqual(measure["value"], measure["upper_value"])
        self.assertAlmostEqual(measures["speedup"]["value"], 2 * measures["efficiency"]["value"])
        self.assertAlmostEqual(measures["lost-cores"]["value"], 2 - measures["speedup"]["value"])
        history = json.loads(self.tool("check", self.parallel, *self.RULES, "--format", "github-benchmark").stdout)
        self.assertEqual([entry["name"] for entry in history], ["work.py, 2 threads"])
        self.assertAlmostEqual(history[0]["value"], 100 * measures["efficiency"]["value"])


class MeasuringOn(CheckTest):
    def undecided(self):
        """A rule that this recording cannot tell to be held or broken: its own speed-up."""
        said = json.loads(self.tool("check", self.parallel, "--min-speedup", HELD, "--format", "json").stdout)
        return "--min-speedup", f"2={said['rules'][0]['value']:.3f}"

    @measured
    def test_up_to_the_limit_and_no_further(self):
        said = self.check(INCONCLUSIVE, self.parallel, *self.undecided(), "--until-conclusive", self.repeats, "--env", "SERIAL=0")
        self.assertNotIn("more of work.py", said)  # it has as many

    @measured
    def test_more_is_measured_and_kept(self):
        self.work.write_text(SCRIPT)
        done = self.tool("check", self.parallel, *self.undecided(), "--until-conclusive", self.repeats + 3, "--env", "SERIAL=0",
                         "--format", "json")
        self.assertIn(f"inconclusive with {self.repeats} repeats: 3 more of work.py, into", done.stderr)
        self.assertEqual(json.loads(done.stdout)["schema"], "ftscale.check/1")  # and nothing of the script's
        self.assertIn("what a script prints", done.stderr)
        more = self.read_report(self.folder / "parallel.more-1.ftscale")
        self.assertEqual([len(point["repeats_s"]) for point in more["scaling"]["points"]], [3, 3])
        self.assertIn(done.returncode, (PASS, FAIL, INCONCLUSIVE))

    @measured
    def test_a_stranger_s_command_is_run_only_where_it_is_given_again(self):
        rule = *self.undecided(), "--until-conclusive", self.repeats + 3, "--env", "SERIAL=0"
        stranger = {"XDG_STATE_HOME": str(self.folder / "stranger")}
        said = self.check(USAGE, self.parallel, *rule, **stranger)
        self.assertIn("was not made here", said)
        self.assertIn("-- work.py", said)
        self.assertIn("of another command: work.py", self.check(USAGE, self.parallel, *rule, "--", "other.py", **stranger))
        self.assertFalse(list(self.folder.glob("*.more-*")))
        done = self.tool("check", self.parallel, *rule, "--python", profiling.setting("python"), "--", "work.py", **stranger)
        self.assertIn("3 more of work.py, into", done.stderr)
        self.assertIn(done.returncode, (PASS, FAIL, INCONCLUSIVE))
        self.assertTrue((self.folder / "parallel.more-1.ftscale").exists())

    @measured
    def test_a_clear_answer_needs_no_more(self):
        self.check(PASS, self.parallel, "--min-speedup", HELD, "--until-conclusive", "50", "--env", "SERIAL=0")
        self.assertFalse(list(self.folder.glob("*.more-*")))

    def test_what_it_takes_to_measure_the_same_is_asked_for(self):
        rule = *self.undecided(), "--until-conclusive", self.repeats + 3
        self.assertIn("was made with --env SERIAL", self.check(USAGE, self.parallel, *rule))
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        done = subprocess.run([profiling.setting("tool"), "check", self.parallel, *map(str, rule), "--env", "SERIAL=0"], cwd=elsewhere,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("the recording was made in", done.stderr)
        self.work.unlink()
        self.check(FAILED, self.parallel, *rule, "--env", "SERIAL=0")


class Comparisons(CheckTest):
    @measured
    def test_what_grew_is_named_with_its_size(self):
        done = self.tool("compare", self.parallel, self.serial, "--format", "json")
        self.assertEqual(done.returncode, PASS, done.stderr)
        said = json.loads(done.stdout)
        point = said["points"][-1]
        self.assertTrue(point["clear"])
        self.assertLess(point["efficiency_ratio_ci95"][1], 1)
        serial = next(change for change in point["categories"] if change["name"] == "serial")
        self.assertTrue(serial["clear"])
        self.assertEqual(point["functions"][0]["name"], "alone")
        # The two curves' own gap is what the categories sum to.
        total = sum(change["change_cores"] for change in point["categories"])
        self.assertAlmostEqual(total, point["speedup_a"] - point["speedup_b"], delta=0.02)
        self.assertIn("less efficient than A", said["message"])
        self.assertIn("in alone (work.py)", said["message"])

    def test_baselines_can_be_compared_and_every_format_is_written(self):
        text = self.tool("compare", self.baseline(self.parallel), self.serial).stdout
        self.assertIn("Lost cores at 2 threads", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
        self.assertIn("| threads |", self.tool("compare", self.parallel, self.serial, "--format", "markdown").stdout)

    def test_what_does_not_mean_the_same_is_refused(self):
        weak = self.write(json.dumps({**json.loads(self.baseline(self.parallel).read_text()), "scaling": "weak"}))
        done = self.tool("compare", weak, self.parallel)
        self.assertEqual(done.returncode, INVALID)
        self.assertIn("not comparable: scaling", done.stdout)
        self.assertEqual(self.tool("compare", "/no/such/file", self.parallel).returncode, FAILED)


class Predictions(CheckTest):
    def test_two_thread_counts_do_not_carry_a_law(self):
        done = self.tool("report", self.parallel, "--predict", "16")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("no law to predict by: not enough points", done.stderr)
        report = self.read_report(self.parallel)
        self.assertIsNone(report["scaling"]["predicted_by"])
        self.assertIn("not enough points", report["scaling"]["why_no_usl"])


if __name__ == "__main__":
    profiling.main(__doc__)

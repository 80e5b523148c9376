#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Controls and calibration of real scripts. usage: controls_test.py TOOL [unittest arguments]

Ratios only, with room for a machine that has other work to do: what the GIL and what two processes do to a script differs by a factor of two."""
import os
import signal
import subprocess
import unittest

import profiling

ABOUT_ONE = (0.7, 1.35)     # with the GIL on, of threads that compute
ABOUT_TWO = (1.5, 2.4)      # of two threads or processes that share nothing, on two cores that are free
CALIBRATION = (0.8, 1.3)    # the probe costs a few per cent; the rest is the machine's noise

COMPUTE = """
import os, sys, threading
def compute(count):
    x = 1.0
    for _ in range(count):
        x = x * 1.0000001 + 0.5
threads = int(os.environ["FTSCALE_THREADS"])
def run():
    workers = [threading.Thread(target=compute, args=(8_000_000 // threads,)) for _ in range(threads)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
"""


class ControlsTest(profiling.ProfilingTest):
    def control(self, profile, name):
        """Its speed-ups by thread count."""
        for control in profile.report["scaling"]["controls"]:
            if control["control"] == name:
                return {point["threads"]: point["speedup"] for point in control["points"]}
        return {}

    def executions(self, profile, **wanted):
        return [run for run in profile.report["sweep"]["executions"] if all(run[key] == value for key, value in wanted.items())]

    def assertWithin(self, value, bounds, message):
        self.assertTrue(bounds[0] <= value <= bounds[1], f"{message}: {value:.2f} is not within {bounds}")

    def text_report(self, profile):
        return subprocess.run([profiling.tool, "report", profile.recording], capture_output=True, text=True, check=True).stdout


@unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "one CPU: nothing runs in parallel here")
class Speedups(ControlsTest):
    @profiling.measured
    def check(self):
        repeats = 2 << self.attempt
        profile = self.profile("no_sharing.py", "-r", str(repeats), "--control", "gil,processes", "--calibrate")
        threads = {point["threads"]: point["speedup"] for point in profile.report["scaling"]["points"]}
        gil, processes = self.control(profile, "gil"), self.control(profile, "processes")
        self.assertEqual((set(gil), set(processes)), ({1, 2}, {1, 2}))
        self.assertWithin(threads[2], ABOUT_TWO, "threads")
        self.assertWithin(gil[2], ABOUT_ONE, "with the GIL on")
        self.assertWithin(processes[2], ABOUT_TWO, "processes")
        self.assertGreater(threads[2], 1.3 * gil[2])
        calibration = profile.report["measurement"]["calibration"]
        self.assertEqual(calibration["pairs"], 2 * repeats)
        self.assertWithin(calibration["time_ratio"], CALIBRATION, "time with the probe")
        self.assertIsNotNone(calibration["time_ratio_ci95"])
        self.assertIsNotNone(calibration["points"][1]["speedup_change"])
        return profile

    def test_threads_with_the_gil_and_processes(self):
        profile = self.check()
        self.assertIn("with the gil on 2 threads reach", profile.report["scaling"]["control_sentence"].lower())
        text = self.text_report(profile)
        self.assertRegex(text, r"threads +time speed-up +95 % efficiency +GIL on +processes\n")
        self.assertIn("calibrated", text)
        for run in self.executions(profile, control="processes", threads=2):
            self.assertEqual(len(run["cpus"]), 1)


class WhatTheyAreTold(ControlsTest):
    """The scripts say what they find."""

    SHOW = COMPUTE + """
gil = sys._is_gil_enabled()
names = sorted(n for n in os.environ if n.startswith("FTSCALE_PROBE") or n == "LD_PRELOAD")
found = (sys.argv[1], threads, os.environ["PYTHON_CPU_COUNT"], gil, "_ftscale" in sys.builtin_module_names, names)
os.write(1, (" ".join(map(str, found)) + "\\n").encode())  # at once: two processes share the pipe
"""

    def sweep(self, script):
        command = [profiling.tool, "run", "-q", "--warmup", "0", "-r", "1", "--python", profiling.python, "-t", "2", "--control", "gil",
                   "--control", "processes", "--calibrate", "-o", self.folder / "out.ftscale", "--", script, "{threads}"]
        clean = {name: value for name, value in os.environ.items() if name not in ("LD_PRELOAD", "PYTHON_CPU_COUNT", "PYTHON_GIL")}
        return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=100, env=clean)

    def test_threads_gil_and_probe(self):
        process = self.sweep(self.script("show.py", self.SHOW))
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEqual(sorted(process.stdout.splitlines()), sorted([
            "2 2 2 False True []",                          # the ordinary run
            "2 2 2 False False []",                         # its twin without the probe
            "2 2 2 True True []",                           # with the GIL on
            "1 1 1 False True []", "1 1 1 False True []",   # two processes
        ]))


class Failures(ControlsTest):
    def test_a_control_that_fails_leaves_the_ordinary_runs(self):
        text = COMPUTE + "run()\nif sys._is_gil_enabled(): sys.exit(3)\n"
        profile = self.profile(self.script("script.py", text), "-r", "2", "--control", "gil,processes", expect=1)
        self.assertIn("exit status 3", profile.process.stderr)
        self.assertEqual([len(point["repeats_s"]) for point in profile.report["scaling"]["points"]], [2, 2])
        self.assertEqual(set(self.control(profile, "processes")), {1, 2})
        self.assertEqual(self.control(profile, "gil"), {})
        self.assertEqual(len(self.executions(profile, control="gil")), 2, "once at each thread count, and not again")
        self.assertIn("control_failed", {warning["code"] for warning in profile.report["warnings"]})
        self.assertNotIn("run_failed", {warning["code"] for warning in profile.report["warnings"]})

    def test_one_of_two_processes_fails(self):
        text = COMPUTE + f"""
run()
if threads == 1:
    try: os.mkdir({str(self.folder / "taken")!r})
    except FileExistsError: os.abort()
"""
        profile = self.profile(self.script("script.py", text), "-r", "1", "--control", "processes", expect=1, threads="2")
        outcomes = sorted(run["outcome"] for run in self.executions(profile, control="processes"))
        self.assertEqual(outcomes, ["exited", "signalled"])
        self.assertEqual(self.control(profile, "processes"), {})
        self.assertEqual([point["threads"] for point in profile.report["scaling"]["points"]], [2])

    def start(self, *options):
        """A sweep of one ordinary run that ends at once, and two processes that do not end by themselves."""
        text = """
import os, time
is_control = os.environ["FTSCALE_THREADS"] == "1"
os.write(1, f"{os.getpid()} {'sleeps' if is_control else 'ends'}\\n".encode())
if is_control: time.sleep(1000)
"""
        command = [profiling.tool, "run", "-q", "--warmup", "0", "-r", "1", "--python", profiling.python, "-t", "2", "--control", "processes",
                   "-o", self.folder / "out.ftscale", *options, "--", self.script("script.py", text)]
        return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def check_gone(self, sleepers):
        self.assertEqual(len(sleepers), 2)
        for pid in sleepers:
            self.assertFalse(os.path.exists(f"/proc/{pid}"), "it was left running")

    def test_an_interrupt_ends_all_processes(self):
        sleepers = []
        with self.start() as tool:
            while len(sleepers) < 2:
                pid, what = tool.stdout.readline().split()
                if what == "sleeps":
                    sleepers.append(pid)
            tool.send_signal(signal.SIGINT)
            tool.communicate(timeout=60)
            self.assertEqual(tool.returncode, 130)
        self.check_gone(sleepers)

    def test_a_time_out_ends_all_processes(self):
        with self.start("--timeout", "2") as tool:
            out, err = tool.communicate(timeout=60)
        self.assertEqual(tool.returncode, 1, err)
        self.assertIn("time limit exceeded", err)
        self.check_gone([line.split()[0] for line in out.splitlines() if line.endswith("sleeps")])
        report = self.read_report(self.folder / "out.ftscale")
        self.assertEqual(sorted(run["outcome"] for run in report["sweep"]["executions"]), ["exited", "timed_out", "timed_out"])
        self.assertEqual([point["threads"] for point in report["scaling"]["points"]], [2])


if __name__ == "__main__":
    profiling.main(__doc__)

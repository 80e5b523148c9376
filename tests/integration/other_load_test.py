#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Sweeps beside other programs, and runs that were stopped: who is blamed, and what becomes of such runs. usage: other_load_test.py TOOL
[unittest arguments]"""
import contextlib
import json
import os
import subprocess
import sys
import time

import profiling
from profiling import measured

BUSY = "import time, sys\n" \
       "while True:\n" \
       "    end = time.perf_counter() + 0.05\n" \
       "    while time.perf_counter() < end: pass\n" \
       "    time.sleep(float(sys.argv[1]))\n"
SCALES = """
import os, threading
threads = int(os.environ["FTSCALE_THREADS"])
def work(steps):
    x = 1.0
    for _ in range(steps): x = x * 1.0000001 + 0.5
workers = [threading.Thread(target=work, args=(9_000_000 // threads,)) for _ in range(threads)]
for worker in workers: worker.start()
for worker in workers: worker.join()
"""
FIRST_STOPS = """
import os, signal, subprocess, sys, time
if not os.path.exists("stopped"):
    open("stopped", "w")
    subprocess.Popen([sys.executable, "-S", "-c", f"import os, time; time.sleep(0.4); os.kill({os.getpid()}, 18)"])
    os.kill(os.getpid(), signal.SIGSTOP)
time.sleep(0.05)
"""
DISTURBING = 0.1  # CPUs


@contextlib.contextmanager
def other_programs(count, pause_s):
    """Programs that each use a CPU, in bouts of 50 ms with pauses between."""
    programs = [subprocess.Popen([sys.executable, "-c", BUSY, str(pause_s)]) for _ in range(count)]
    time.sleep(0.2)
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


def is_quiet():
    """Whether next to nothing else runs on this machine right now."""
    def busy_s():
        with open("/proc/stat") as stat:
            fields = stat.readline().split()[1:]
        return sum(int(fields[i]) for i in (0, 1, 2, 5, 6)) / os.sysconf("SC_CLK_TCK")
    before = busy_s()
    time.sleep(0.5)
    return busy_s() - before < 0.5 * DISTURBING


class OtherLoad(profiling.ProfilingTest):
    @measured
    def test_other_programs_are_named_and_nothing_else_is_blamed(self):
        script = self.script("scales.py", SCALES)
        with other_programs(2, 0.05):
            profile = self.profile(script, "-r", "3", "--retry-disturbed", "0")
        point = profile.report["scaling"]["points"][-1]
        self.assertEqual(point["disturbed_runs"], 3)
        load = profile.run(2)["other_load"]
        self.assertGreater(load["cpus"], 0.3)
        self.assertGreater(load["queued_s"], 0)
        self.assertIn("python", " ".join(program["command"] for program in load["busiest"]))
        finding = profile.report["findings"][0]
        self.assertEqual(finding["rule"], "other_load", profile.report["findings"])
        self.assertIn("other programs used", finding["title"])
        wrong = {"run_queue", "serial", "work", "starved", "lock", "refcount"}
        self.assertFalse([f["title"] for f in profile.report["findings"] if f["rule"] in wrong])
        self.assertIn("disturbed_runs", {warning["code"] for warning in profile.report["warnings"]})
        self.assertIn("quiet machine", profile.report["summary"])

    @measured
    def test_the_script_s_own_threads_are_not_others(self):
        four = SCALES.replace('int(os.environ["FTSCALE_THREADS"])', '2 * int(os.environ["FTSCALE_THREADS"])')
        if not is_quiet():
            self.skipTest("other programs use the CPUs")
        profile = self.profile(self.script("four.py", four), "-r", "2")
        run = profile.run(2)
        self.assertGreater(run["ledger"]["run_queue"], 0.08 * run["capacity_s"])
        self.assertLess(run["other_load"]["queued_s"], 0.3 * run["ledger"]["run_queue"])
        self.assertNotIn("other_load", {finding["rule"] for finding in profile.report["findings"]})

    @measured
    def test_a_child_s_cpu_time_is_not_a_stranger_s(self):
        script = self.script("child.py", "import subprocess, sys\n"
                                         "subprocess.run([sys.executable, '-S', '-c', 'for _ in range(8_000_000): pass'])\n")
        if not is_quiet():
            self.skipTest("other programs use the CPUs")
        profile = self.profile(script, "-r", "2")
        self.assertLess(profile.run(2)["other_load"]["cpus"], 2 * DISTURBING)

    @measured
    def test_disturbed_runs_are_made_again_and_left_out(self):
        script = self.script("scales.py", SCALES)
        burst = subprocess.Popen([sys.executable, "-c", f"import subprocess, time\n"
                                  f"busy = [subprocess.Popen([{sys.executable!r}, '-c', 'while True: pass']) for _ in range(2)]\n"
                                  f"time.sleep(2.5)\nfor one in busy: one.kill()\n"])
        try:
            profile = self.profile(script, "-r", "3", "--retry-disturbed", "8")
        finally:
            burst.wait()
        points = profile.report["scaling"]["points"]
        self.assertGreater(sum(point["left_out_runs"] for point in points), 0)
        self.assertEqual([point["disturbed_runs"] for point in points], [0, 0])
        for point in points:
            self.assertGreaterEqual(len(point["repeats_s"]), 2)

    def test_a_run_that_was_stopped_is_made_again(self):
        script = self.script("stops.py", FIRST_STOPS)
        folder = self.folder / "there"
        folder.mkdir()
        before = os.getcwd()
        os.chdir(folder)
        try:
            profile = self.profile(script, "-r", "2", "--retry-disturbed", "5", threads="1")
        finally:
            os.chdir(before)
        point = profile.report["scaling"]["points"][0]
        self.assertGreaterEqual(point["left_out_runs"], 1)
        self.assertGreaterEqual(len(point["repeats_s"]), 2)
        self.assertLess(max(point["repeats_s"]), 0.4)

    @measured
    def test_a_check_of_disturbed_runs_does_not_fail(self):
        script = self.script("scales.py", SCALES)
        calm = self.profile(script, "-r", "3", "--retry-disturbed", "0")
        base = self.folder / "base.json"
        subprocess.run([profiling.tool, "baseline", calm.recording, "-o", base], check=True)
        with other_programs(2, 0.02):
            disturbed = self.profile(script, "-r", "8", "--retry-disturbed", "0")
        answer = subprocess.run([profiling.tool, "check", disturbed.recording, "--baseline", base, "--min-speedup", "2=1.9", "--format", "json"],
                                capture_output=True, text=True)
        self.assertNotEqual(answer.returncode, 3, answer.stdout)
        self.assertNotEqual(json.loads(answer.stdout)["verdict"], "fail")
        text = subprocess.run([profiling.tool, "check", disturbed.recording, "--min-speedup", "2=1.9"], capture_output=True, text=True).stdout
        self.assertIn("other programs used the CPUs", text)
        compared = subprocess.run([profiling.tool, "compare", calm.recording, disturbed.recording], capture_output=True, text=True).stdout
        self.assertIn("other programs disturbed", compared)


if __name__ == "__main__":
    profiling.main(__doc__)

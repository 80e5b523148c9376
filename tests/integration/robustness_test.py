#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Scripts that crash, fork, close descriptors, play with signals: they do what they do without the probe, and what was recorded can be
read. usage: robustness_test.py TOOL [unittest arguments]"""
import json
import os
import subprocess

import profiling

BUSY = """
import os, signal, sys, threading, time
def busy(steps=3_000_000):
    x = 0
    for i in range(steps):
        x += i
    return x
"""


class RobustnessTest(profiling.ProfilingTest):
    def profile_text(self, text, *options, **more):
        return self.profile(self.script("script.py", BUSY + text), "-r", "1", *options, **more)

    def check_samples(self, profile):
        self.assertGreater(profile.report["measurement"]["samples"], 20)
        rows = [function for run in profile.report["runs"] for function in run["functions"]]
        self.assertIn("busy", {row["function"] for row in rows})


class Ends(RobustnessTest):
    """However a script ends, the sweep says so, stops, and keeps what was recorded."""

    def check_failed(self, text, said):
        profile = self.profile_text(text, expect=1, threads="1")
        self.assertIn(said, profile.process.stderr)
        self.check_samples(profile)

    def test_killed(self):
        self.check_failed("busy(); os.kill(os.getpid(), signal.SIGKILL)", "signal 9")

    def test_killed_while_threads_run(self):
        self.check_failed("threading.Thread(target=lambda: [busy() for _ in range(99)], daemon=True).start(); time.sleep(0.4); os.kill(os.getpid(), 9)", "signal 9")

    def test_immediate_exit(self):
        self.check_failed("busy(); os._exit(3)", "3")

    def test_segmentation_fault(self):
        self.check_failed("import ctypes; busy(); ctypes.string_at(0)", "signal 11")

    def test_uncaught_exception(self):
        self.check_failed("busy(); raise ValueError('boom')", "ValueError: boom")

    def test_exit_status(self):
        self.check_failed("busy(); sys.exit(7)", "7")

    def test_time_out(self):
        profile = self.profile_text("while True: busy()", "--timeout", "1.5", expect=1, threads="1")
        self.check_samples(profile)


class Undisturbed(RobustnessTest):
    """The script's output is the same with and without the probe."""

    def check_same(self, text, samples=True):
        script = self.script("script.py", BUSY + text)
        variables = {**os.environ, "FTSCALE_THREADS": "1"}
        plain = subprocess.run([profiling.python, script], capture_output=True, text=True, timeout=100, env=variables)
        self.assertEqual(plain.returncode, 0, plain.stderr)
        profile = self.profile_text(text, threads="1")
        self.assertEqual(profile.process.stdout, plain.stdout)
        if samples:
            self.check_samples(profile)
        return profile

    def test_fork(self):
        self.check_same("""
busy()
import warnings; warnings.simplefilter("error")  # a fork of a process with more threads than Python knows would warn
child = os.fork()
if child == 0:
    thread = threading.Thread(target=busy); thread.start(); thread.join()
    os._exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
busy()
""")

    def test_subprocesses(self):
        self.check_same("""
import subprocess
busy()
names = "import os; print(sorted(n for n in os.environ if 'FTSCALE_PROBE' in n or 'PRELOAD' in n))"
print(subprocess.run([sys.executable, "-c", names], capture_output=True).stdout)
print(subprocess.run("echo $LD_PRELOAD; exit 4", shell=True, capture_output=True))
print(subprocess.run([sys.executable, "-c", "import os; os._exit(6)"]).returncode)
""")

    def test_multiprocessing(self):
        self.check_same("""
import multiprocessing
if __name__ == "__main__":
    busy()
    for method in ("spawn", "fork", "forkserver"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(pool.map(abs, [-1, -2]))
""")

    def test_closed_descriptors(self):
        self.check_same("""
print(sorted(map(int, os.listdir("/proc/self/fd")))[:3], len(os.listdir("/proc/self/fd")) < 20)
os.closerange(3, 4096)
threads = [threading.Thread(target=busy) for _ in range(3)]
for t in threads: t.start()
for t in threads: t.join()
busy()
""")

    def test_own_signal_handlers_and_timers(self):
        self.check_same("""
hits = set()
for s in signal.valid_signals():
    try: signal.signal(s, lambda number, frame: hits.add(int(number)))
    except (OSError, ValueError): pass
for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF): signal.setitimer(timer, 0.01, 0.01)
busy(6_000_000)
for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF): signal.setitimer(timer, 0)
for s in (signal.SIGUSR1, signal.SIGSTKFLT, signal.SIGPROF): os.kill(os.getpid(), s)
busy(100_000)
print(sorted(hits))
""")

    def test_all_signals_blocked(self):
        self.check_same("""
def blocked(): return sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, [])))
print(blocked())
print(signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals()))
print(blocked())
busy()
def in_thread(): print(blocked()); busy()
thread = threading.Thread(target=in_thread); thread.start(); thread.join()
signal.pthread_sigmask(signal.SIG_SETMASK, [signal.SIGSTKFLT])
print(blocked())
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGSTKFLT])
print(blocked())
""")

    def test_subinterpreters(self):
        self.check_same("""
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
def work():
    for _ in range(3):
        interpreter = interpreters.create()
        interpreters.run_string(interpreter, "x = 0\\nfor i in range(500_000): x += i")
        interpreters.destroy(interpreter)
threads = [threading.Thread(target=work) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
busy()
print("done")
""")

    def test_thread_churn(self):
        profile = self.check_same("""
for _ in range(100):
    threads = [threading.Thread(target=busy, args=(2000,)) for _ in range(10)]
    for t in threads: t.start()
    for t in threads: t.join()
busy()
print(threading.active_count())
""")
        self.assertEqual(profile.report["measurement"]["dropped"].get("stream_full", 0), 0)

    def test_frames_that_go_while_a_sample_is_taken(self):
        profile = self.profile("generator_frames.py", "-r", "2", "-F", "4000")
        self.assertGreater(profile.report["measurement"]["samples"], 500)

    def test_what_the_script_sees_of_its_process(self):
        self.check_same("""
import sys, resource
print(sys._is_gil_enabled(), "_ftscale" in sys.modules, [n for n in os.environ if "FTSCALE_PROBE" in n or "PRELOAD" in n])
print(len(os.listdir("/proc/self/task")), resource.getrlimit(resource.RLIMIT_NOFILE), signal.getsignal(signal.SIGSTKFLT))
busy()
""")

    def test_every_sampler(self):
        for sampler in ("cpu-clock", "cpu-timer"):
            with self.subTest(sampler):
                profile = self.profile_text("busy(9_000_000)", "--sampler", sampler, threads="1")
                self.assertEqual(profile.report["measurement"]["sampler"], sampler)
                self.check_samples(profile)


class Crowds(RobustnessTest):
    """Many threads, and little of what they need."""

    def warnings(self, profile):
        return {warning["code"]: warning["message"] for warning in profile.report["warnings"]}

    def test_512_threads_at_once(self):
        profile = self.profile_text("""
all_there = threading.Barrier(513)
def work(): all_there.wait(); busy(20_000)
threads = [threading.Thread(target=work, name=f"w{i}") for i in range(512)]
for t in threads: t.start()
all_there.wait()
for t in threads: t.join()
print("done")
""", "--no-pin", threads="2")
        self.assertEqual(profile.process.stdout, "done\n")
        names = {row["name"] for row in profile.run(2)["per_thread"]}
        self.assertLessEqual({f"w{i}" for i in range(512)}, names)
        self.assertFalse({"not_sampled", "no_room", "unrecorded_threads"} & self.warnings(profile).keys())

    def test_20000_short_threads(self):
        profile = self.profile_text("""
for _ in range(1000):
    threads = [threading.Thread(target=busy, args=(50,)) for _ in range(20)]
    for t in threads: t.start()
    for t in threads: t.join()
busy(); print("done")
""", "--max-size", "0", threads="1")
        self.assertEqual(profile.process.stdout, "done\n")
        self.check_samples(profile)
        self.assertFalse({"no_room", "unrecorded_threads"} & self.warnings(profile).keys())

    def test_no_timers_left(self):
        profile = self.profile_text("""
import resource
resource.setrlimit(resource.RLIMIT_SIGPENDING, (4, 4))
threads = [threading.Thread(target=busy, args=(2_000_000,), name="timeless") for _ in range(8)]
for t in threads: t.start()
for t in threads: t.join()
print("done")
""", "--sampler", "cpu-timer", "--no-pin", threads="2")
        self.assertEqual(profile.process.stdout, "done\n")
        # Other processes of the user count, too: whether timers run out is not ours to say, but that nothing is passed over in silence.
        sampled = "busy" in {row["function"] for row in profile.run(2)["functions"]}
        self.assertTrue(sampled or "timeless" in self.warnings(profile).get("not_sampled", ""), profile.report["warnings"])

    def test_a_limit_of_cpu_time(self):
        """The limit's signal comes to whichever thread runs."""
        profile = self.profile_text("""
import resource
said = []
signal.signal(signal.SIGXCPU, lambda *ignored: said.append("limit"))
resource.setrlimit(resource.RLIMIT_CPU, (1, 100))
thread = threading.Thread(target=lambda: [busy(200_000) for _ in range(150)]); thread.start()
while not said and thread.is_alive(): busy(10_000)
thread.join()
print(said[:1])
""", "--no-pin", threads="1")
        self.assertEqual(profile.process.stdout, "['limit']\n")


class Recordings(RobustnessTest):
    def test_regions_are_measured_instead_of_the_whole(self):
        profile = self.profile_text("""
from _ftscale import region
busy()
with region("fit"):
    busy(2_000_000)
""", threads="1")
        names = [region["name"] for region in profile.report["regions"]]
        self.assertEqual(names, ["fit"])
        whole = subprocess.run([profiling.tool, "report", profile.recording, "--whole", "--format", "json"], capture_output=True, text=True)
        self.assertGreater(json.loads(whole.stdout)["runs"][0]["capacity_s"], 1.5 * profile.run(1)["capacity_s"])
        for command in (["report"], ["export", "--format", "folded"], ["baseline"]):
            refused = subprocess.run([profiling.tool, *command, profile.recording, "--region", "fi"], capture_output=True, text=True)
            self.assertEqual(refused.returncode, 2, refused.stdout)
            self.assertIn("it has: fit", refused.stderr)

    def test_thread_names(self):
        profile = self.profile_text("t = threading.Thread(target=busy, name='naïve worker'); t.start(); t.join()", threads="1")
        self.assertIn("naïve worker", {row["name"] for row in profile.run(1)["per_thread"]})

    def test_a_full_disk_is_said_and_loses_nothing_before(self):
        mounted = self.folder / "small"
        mounted.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", mounted], capture_output=True)
        if done.returncode != 0:
            self.skipTest("cannot mount a small file system here")
        self.addCleanup(subprocess.run, ["umount", mounted], check=True)
        script = self.script("script.py", BUSY + f"free = os.statvfs({str(mounted)!r}).f_bavail * 4096\nopen({str(mounted / 'filler')!r}, 'wb').write(bytes(free - 200_000))\n" + "def deep(n): return busy(20_000) if n == 0 else deep(n - 1)\nfor i in range(400): deep(i % 200)\nprint('done')")
        process = subprocess.run([profiling.tool, "run", "-q", "--python", profiling.python, "-t", "1", "-r", "1", "--warmup", "0", "-o", str(mounted / "out.ftscale"), str(script)],
                                 capture_output=True, text=True, timeout=100)
        self.assertIn("done", process.stdout, "the script is not disturbed")
        left = [path for path in mounted.iterdir() if "ftscale" in path.name]
        self.assertTrue(left, process.stderr)
        report = self.read_report(left[0])
        self.assertGreater(report["measurement"]["samples"], 0)


if __name__ == "__main__":
    profiling.main(__doc__)

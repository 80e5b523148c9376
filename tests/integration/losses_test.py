#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Scripts that take away what recording needs: rights, descriptors, memory, disk, clocks. What can be recorded is; what cannot is counted, and
said with its reason; the script does what it does without the probe. usage: losses_test.py TOOL [unittest arguments]"""
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import profiling

BUSY = """
import os, resource, signal, sys, threading, time
def busy(steps=3_000_000):
    x = 0
    for i in range(steps):
        x += i
    return x
def sleeps(count):
    for _ in range(count): time.sleep(0.00001)
"""


class LossesTest(profiling.ProfilingTest):
    def profile_text(self, text, *options, **more):
        return self.profile(self.script("script.py", BUSY + text), "-r", "1", "--no-pin", "--no-counters", *options, threads="1", **more)

    def lost(self, profile):
        return profile.report["measurement"]["dropped"].get("stream_full", 0)

    def warning(self, report, code):
        return next((warning["message"] for warning in report["warnings"] if warning["code"] == code), None)

    def functions(self, profile):
        return {row["function"] for run in profile.report["runs"] for row in run["functions"]}

    def run_probe(self, text, before):
        """Runs a script with the probe alone, in a shell that does something first, under the process id that the script has then."""
        streams = self.folder / "streams"
        streams.mkdir()
        probe = Path(profiling.tool).parents[1] / "lib" / "libftscale_probe.so"
        if not probe.exists():
            self.skipTest("the probe is not where a build puts it")
        orders = {"LD_PRELOAD": str(probe), "FTSCALE_PROBE_DIRECTORY": str(streams), "FTSCALE_PROBE_FREQUENCY": "997"}
        command = ["sh", "-c", before + '; exec "$@"', "sh", profiling.python, self.script("script.py", text)]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=100, env={**os.environ, **orders})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done, streams

    def run_tool(self, script, *options, prefix=(), folder=None):
        output = (folder or self.folder) / "out.ftscale"
        command = [*prefix, profiling.tool, "run", "-q", "--warmup", "0", "-t", "1", "-r", "1", "--no-pin", "--no-counters", "-o", output, *options, "--", script]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300), output


class NothingIsLost(LossesTest):
    """The stream's descriptor is kept: what the script may open or not does not matter."""

    def check_sleeps(self, profile, count):
        dump = profile.dump()
        self.assertGreaterEqual(dump.count("kind=sleep"), count)
        self.assertEqual(dump.count("process_event exit"), 1)
        self.assertEqual(self.lost(profile), 0)

    @unittest.skipIf(os.geteuid() != 0, "takes root")
    def test_another_user_and_another_root(self):
        for change in ("os.setuid(65534)", "os.chroot('/proc'); os.chdir('/')"):
            with self.subTest(change):
                self.check_sleeps(self.profile_text(f"{change}\nsleeps(600)", "-F", "0"), 600)

    def test_no_descriptor_left(self):
        profile = self.profile_text("""
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
go = threading.Event()
def work(): go.wait(); busy()
held = []
try:
    while True: held.append(os.dup(0))
except OSError: pass
threads = [threading.Thread(target=work, name="unseen") for _ in range(2)]
for t in threads: t.start()
sleeps(300)
for fd in held: os.close(fd)
go.set()
for t in threads: t.join()
""")
        self.check_sleeps(profile, 300)
        self.assertEqual(profile.dump().count("name=unseen"), 2)
        self.assertIn("busy", self.functions(profile))
        if profile.report["measurement"]["sampler"] != "cpu-timer":
            self.assertIn("2 threads were sampled by cpu-timer", self.warning(profile.report, "other_sampler"))

    def test_descriptors_closed(self):
        self.check_sleeps(self.profile_text("os.closerange(3, 70_000)\nsleeps(600)", "-F", "0"), 600)

    def test_a_program_executed_again_has_a_stream_of_its_own(self):
        profile = self.profile_text("""
from _ftscale import region
if len(sys.argv) == 1:
    with region("before_exec"): busy(200_000)
    os.execv(sys.executable, [sys.executable, __file__, "again"])
with region("after_exec"): busy(200_000)
""", "--follow-children", "--sampler", "cpu-timer")
        dump = profile.dump()
        for name in ("before_exec", "after_exec"):
            self.assertEqual(dump.count(f"region_end {name}"), 1)
        self.assertEqual(len(re.findall(r"^run 0 .* process \d+ stream 2$", dump, re.MULTILINE)), 1)

    def test_a_child_that_no_fork_handler_knows_of(self):
        profile = self.profile_text("""
import ctypes
fork = ctypes.CDLL(None)._Fork
sleeps(5)
child = fork()
if child == 0:
    sleeps(200)
    os._exit(0)
sleeps(200)
os.waitpid(child, 0)
""", "-F", "0")
        self.assertNotIn("warning:", profile.dump())
        self.assertLess(profile.dump().count("kind=sleep"), 300)


class Said(LossesTest):
    """What cannot be recorded is counted, with the reason."""

    def test_no_memory_to_map(self):
        profile = self.profile_text("""
path = next(word for word in open("/proc/self/maps").read().split() if word.endswith(".stream"))
def used(): return os.stat(path).st_blocks * 512
sleeps(60)
before = used()
pages = int(open("/proc/self/statm").read().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (pages * 4096, resource.RLIM_INFINITY))
sleeps(1500)
grown = used() - before
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print("grown by more than one chunk" if grown > 2 << 20 else "done")
""", "-F", "0")
        self.assertIn("done", profile.process.stdout)
        self.assertGreater(self.lost(profile), 0)
        self.assertIn("no memory could be mapped", self.warning(profile.report, "no_room"))

    def test_a_full_disk(self):
        mounted = self.folder / "small"
        mounted.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", mounted], capture_output=True).returncode != 0:
            self.skipTest("cannot mount a small file system here")
        self.addCleanup(subprocess.run, ["umount", mounted], check=True)
        filler = f"free = os.statvfs({str(mounted)!r}).f_bavail * 4096\nopen({str(mounted / 'filler')!r}, 'wb').write(bytes(free - 200_000))\n"
        script = self.script("script.py", BUSY + filler + "sleeps(5000)\nprint('done')")
        process, _ = self.run_tool(script, "--python", profiling.python, "-F", "0", folder=mounted)
        self.assertIn("done", process.stdout)
        report = self.read_report(next(path for path in mounted.iterdir() if "ftscale" in path.name))
        self.assertGreater(report["measurement"]["dropped"]["stream_full"], 100)
        self.assertIn("the disk was full", self.warning(report, "no_room"))
        self.assertIsNone(self.warning(report, "cut_short"), "the end has its room")

    def test_files_that_may_not_grow(self):
        profile = self.profile_text("""
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 18, 1 << 18))
sleeps(5000)
print("done")
""", "-F", "0")
        self.assertIn("done", profile.process.stdout)
        self.assertGreater(self.lost(profile), 100)
        self.assertIn("ulimit -f", self.warning(profile.report, "no_room"))

    def test_files_that_may_not_grow_from_the_start(self):
        done, streams = self.run_probe(BUSY + "busy(); print('done')", "ulimit -f 4")
        self.assertIn("done", done.stdout)
        self.assertEqual([path.stat().st_size for path in streams.iterdir()], [0])

    def samples_by_name(self, dump):
        """Of each thread its last totals, wherever they stand: threads take turns in a stream."""
        names, samples = {}, {}
        for thread, records in re.findall(r"^  thread (\d+)$(.*?)(?=^  thread \d+$|\Z)", dump, re.DOTALL | re.MULTILINE):
            for name in re.findall(r"thread_begin tid=\d+ name=(\w+)", records):
                names[thread] = name
            for count in re.findall(r"thread_stat .*? samples=(\d+)", records):
                samples[thread] = int(count)
        return {names[thread]: count for thread, count in samples.items() if thread in names}

    def test_more_threads_than_clocks(self):
        locked_kb = int(Path("/proc/sys/kernel/perf_event_mlock_kb").read_text()) * os.cpu_count() + 64
        page_kb = os.sysconf("SC_PAGESIZE") // 1024
        count = locked_kb // (2 * page_kb) + 60
        if count > 1000 or shutil.which("setpriv") is None:
            self.skipTest("takes too many threads, or setpriv is missing")
        script = self.script("script.py", BUSY + f"""
count = {count}
all_there, done = threading.Barrier(count + 1), threading.Event()
def idle(): all_there.wait(); done.wait()
def work(): all_there.wait(); busy(2_000_000)
threads = [threading.Thread(target=idle if i < count - 10 else work, name=f"t{{i}}") for i in range(count)]
for t in threads: t.start()
all_there.wait()
for t in threads[-10:]: t.join()
done.set()
""")
        # Without capabilities root is bound by the limits that bind everybody.
        powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
        prefix = ["sh", "-c", 'ulimit -l 64; exec "$@"', "sh", *powerless]
        process, output = self.run_tool(script, "--python", profiling.python, prefix=prefix)
        self.assertEqual(process.returncode, 0, process.stderr)
        dump = subprocess.run([profiling.tool, "dump", "--no-symbols", output], capture_output=True, text=True, check=True).stdout
        samples = self.samples_by_name(dump)
        working = [f"t{i}" for i in range(count - 10, count)]
        self.assertEqual([name for name in working if samples.get(name, 0) == 0], [])
        report = self.read_report(output)
        if report["measurement"]["sampler"] != "cpu-timer":
            self.assertIn("ulimit -l", self.warning(report, "other_sampler"))
        self.assertIsNone(self.warning(report, "not_sampled"))


class Undisturbed(LossesTest):
    def test_a_thread_that_is_cancelled_ends_where_it_would(self):
        profile = self.profile_text("""
import ctypes
libc = ctypes.CDLL(None)
libc.pthread_cancel.argtypes = [ctypes.c_ulong]
begun, lock = threading.Event(), threading.Lock()
result = []
def compute():
    begun.set()
    result.append(busy(6_000_000))  # no cancellation point in here
    lock.acquire()
lock.acquire()
thread = threading.Thread(target=compute, daemon=True)
thread.start()
begun.wait()
time.sleep(0.01)
libc.pthread_cancel(thread.ident)
end = time.monotonic() + 100
while not result and time.monotonic() < end: time.sleep(0.02)
os.write(1, b"got to its end" if result else b"was ended on the way")
os._exit(0)
""")
        self.assertIn("got to its end", profile.process.stdout)

    def test_a_link_in_the_place_of_the_stream_is_not_followed(self):
        victim = self.folder / "victim"
        victim.write_text("precious")
        done, streams = self.run_probe(BUSY + "busy(); print(os.getpid())", f'ln -s "{victim}" "$FTSCALE_PROBE_DIRECTORY/process-$$.stream"')
        self.assertEqual(victim.read_text(), "precious")
        self.assertGreater((streams / f"process-{done.stdout.strip()}-2.stream").stat().st_size, 0)


if __name__ == "__main__":
    profiling.main(__doc__)

#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Events counted in real scripts: the kernel's software ones, which every machine has. usage: counters_test.py TOOL [unittest arguments]

The truth is what the kernel says of the same process at the same time: getrusage(2) and, where it is installed, perf stat."""
import unittest

import profiling

EVENTS = ("page-faults", "context-switches", "cpu-migrations", "task-clock")
TOLERANCE = 0.02
MOST = 0.9  # of the switches of a function that sleeps all the time: of its last sleeps no sample tells
FEW = 10  # of an event: what perf stat's coming and going may add


class Software(profiling.ProfilingTest):
    @classmethod
    def setUpClass(cls):
        cls.counted = None

    def profile_counted(self):
        """One sweep for all tests: the figures are the same whoever asks."""
        if Software.counted is None:
            Software.counted = self.profile("counted.py", "-r", "1", "-e", ",".join(EVENTS))
        if any(missing["name"] in EVENTS for missing in Software.counted.report["measurement"]["missing_counters"]):
            self.skipTest("perf events cannot be opened here")
        return Software.counted

    def forget(self):
        Software.counted = None

    def assert_agrees(self, measured, truth, what):
        self.assertAlmostEqual(measured, truth, delta=max(TOLERANCE * truth, FEW), msg=what)

    def test_agree_with_the_kernel_and_perf_stat(self):
        profile = self.profile_counted()
        for truth in profile.truths:
            counters = profile.run(truth["threads"])["counters"]
            for source in ("kernel", "perf"):
                for name, value in truth[source].items():
                    self.assert_agrees(counters[name], value, f"{name} at {truth['threads']} threads, by {source}")

    @profiling.measured  # what a thread does in little time between two samples is charged by these
    def test_functions_have_what_they_caused(self):
        profile = self.profile_counted()
        for truth in profile.truths:
            functions = {f["function"]: f["counters"] for f in profile.run(truth["threads"])["functions"] if not f["native"]}
            self.assert_agrees(functions["touch"]["page-faults"], truth["pages"], "page faults of touch")
            self.assertGreater(functions["give_way"]["context-switches"], MOST * truth["switches"])
            self.assertLess(functions["compute"]["page-faults"], 0.02 * truth["pages"])

    def test_threads_sum_to_the_run(self):
        profile = self.profile_counted()
        run = profile.run(2)
        for name in EVENTS:
            total = sum(thread["counters"][name] for thread in run["per_thread"])
            self.assertAlmostEqual(total, run["counters"][name], delta=max(1e-6 * total, 1e-6))
        workers = [thread["counters"]["page-faults"] for thread in run["per_thread"] if thread["name"].startswith("worker")]
        self.assertEqual(len(workers), 2)
        for faults in workers:
            self.assert_agrees(faults, profile.truths[-1]["pages"] / 2, "page faults of a worker")

    def test_functions_sum_to_the_run(self):
        run = self.profile_counted().run(2)
        for name in EVENTS:
            total = sum(f["counters"].get(name, 0) for f in run["functions"] if not f["native"] or f["outside_python"])
            self.assertAlmostEqual(total, run["counters"][name], delta=max(1e-6 * total, 1e-6))


class LeftAlone(profiling.ProfilingTest):
    """Counting takes a descriptor for each thread: the script must not notice."""

    CLOSER = """
import os, threading
os.closerange(3, 20000)
def compute():
    total = 0
    for i in range(2_000_000): total += i
threads = [threading.Thread(target=compute) for _ in range(2)]
for thread in threads: thread.start()
os.closerange(3, 20000)
files = [os.open("/etc/hostname", os.O_RDONLY | os.O_CREAT) for _ in range(900)]
for thread in threads: thread.join()
assert all(os.fstat(file).st_size == os.fstat(files[0]).st_size for file in files)
child = os.fork()
if child == 0:
    os._exit(len(os.listdir("/proc/self/fd")) - len(files) - 4)  # three standard ones and the folder's
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""

    def test_a_script_that_closes_and_opens_descriptors_and_forks(self):
        self.profile(self.script("closer.py", self.CLOSER), "-e", "page-faults", "-r", "1", threads="1")

    FEW_DESCRIPTORS = """
import resource, threading
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
ready = threading.Barrier(61)
def wait(): ready.wait()
threads = [threading.Thread(target=wait) for _ in range(60)]
for thread in threads: thread.start()
files = [open("/dev/null") for _ in range(40)]
ready.wait()
for thread in threads: thread.join()
"""

    def test_more_threads_than_descriptors(self):
        profile = self.profile(self.script("few.py", self.FEW_DESCRIPTORS), "-e", "page-faults", "-r", "1", threads="1")
        if profile.report["measurement"]["missing_counters"]:
            self.skipTest("perf events cannot be opened here")
        warning = next(w for w in profile.report["warnings"] if w["code"] == "counters_dropped")
        self.assertIn("ulimit -n", warning["message"])
        self.assertGreater(profile.report["measurement"]["dropped"]["counters"], 30)


if __name__ == "__main__":
    profiling.main(__doc__)

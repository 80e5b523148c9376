#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Runs that record more than they may: the recording stays below its bound, its end is there, and the report is that of a recording without one.

    bounds_test.py TOOL [unittest arguments]
"""
import re
import struct

import profiling
from profiling import ProfilingTest, measured

SECTION_HEADER = struct.Struct("<IIIIQQ")  # type, run, process, reserved, stored bytes, unpacked bytes
STREAM = 2
MEBIBYTE = 1 << 20
# Of the capacity. Two runs of one script differ, too: by some hundredths on a busy machine.
TOLERANCE = 0.12

# Two threads want a lock that each of them holds while it sleeps and for some work.
WAITING = """
import threading, time
until = time.monotonic() + 4
lock = threading.Lock()
def inside():
    time.sleep(0.0002)
    return sum(range(500))
def outside():
    return sum(range(1500))
def work():
    while time.monotonic() < until:
        with lock:
            inside()
        outside()
threads = [threading.Thread(target=work) for _ in range({threads})]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""

COMPUTING = """
import threading, time
until = time.monotonic() + 4
def outer(n):
    return inner(n) + inner(n + 1)
def inner(n):
    return sum(i * i for i in range(n))
def work():
    while time.monotonic() < until:
        outer(200)
    time.sleep(0.4)
threads = [threading.Thread(target=work) for _ in range({threads})]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def unpacked_bytes(recording):
    total = 0
    data = recording.read_bytes()
    at = 16
    while True:
        kind, _, _, _, stored, unpacked = SECTION_HEADER.unpack_from(data, at)
        if kind == 0:
            return total
        total += unpacked if kind == STREAM else 0
        at += SECTION_HEADER.size + stored


def shares(profile):
    run = profile.run(2)
    return {category: seconds / run["capacity_s"] for category, seconds in run["ledger"].items()}


class Bounds(ProfilingTest):
    def both(self, text, bound, *options):
        script = self.script("long.py", text.replace("{threads}", "2"))
        whole = self.profile(script, "-r", "1", "--max-size", "0", *options, threads="2")
        size = unpacked_bytes(whole.recording)
        some = self.profile(script, "-r", "1", "--max-size", str(bound), *options, threads="2")
        self.assertGreater(size, 1.2 * bound)  # or else there is nothing to see here
        self.assertEqual(whole.report["measurement"]["thinning"], [])
        return whole, some

    def check_bound(self, profile, bound):
        self.assertLessEqual(unpacked_bytes(profile.recording), bound)
        measurement = profile.report["measurement"]
        self.assertEqual(measurement["dropped"].get("stream_full", 0), 0)
        self.assertTrue(measurement["thinning"])
        dump = profile.dump()
        times = [float(time) for time in re.findall(r"^ +(\d+\.\d+) sample ", dump, re.M)]
        ends = [float(time) for time in re.findall(r"^ +(\d+\.\d+) process_event exit", dump, re.M)]
        self.assertEqual(len(ends), 1)
        self.assertGreater(max(times), 0.8 * ends[0])

    def check_alike(self, whole, some):
        expected, found = shares(whole), shares(some)
        for category, share in expected.items():
            self.assertAlmostEqual(found[category], share, delta=TOLERANCE, msg=f"{category}: {expected} {found}")

    @measured
    def test_waits_are_recorded_in_windows_and_stand_for_all(self):
        bound = 1 * MEBIBYTE
        whole, some = self.both(WAITING, bound)
        self.check_bound(some, bound)
        self.assertGreater(some.report["measurement"]["thinning"][-1]["waits_every"], 1)
        self.check_alike(whole, some)

    @measured
    def test_samples_are_thinned_and_stand_for_all(self):
        bound = 1 * MEBIBYTE
        whole, some = self.both(COMPUTING, bound, "--frequency", "4000")
        self.check_bound(some, bound)
        self.assertGreater(some.report["measurement"]["thinning"][-1]["samples_every"], 1)
        self.check_alike(whole, some)


if __name__ == "__main__":
    profiling.main(__doc__)

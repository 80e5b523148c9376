#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Who is blamed for waits: each function that held a lock, for as long as others waited meanwhile. usage: blame_test.py TOOL [unittest arguments]

The scripts note their waits and holds themselves; compared are sums over the same runs, never clock times of different ones."""
import subprocess
from collections import defaultdict

import profiling
from profiling import measured

TOLERANCE = 0.05        # of all waiting for the lock: for each holder
EXACT = 0.03            # of a waiter's own time: the clocks are read around the call, and outside of it
SMALL_S = 0.004


class Blame(profiling.ProfilingTest):
    def profile_scenario(self, scenario, threads, *options, library=False):
        arguments = (scenario, self.build_library()) if library else (scenario,)
        return self.profile("blame.py", "-r", "2", *options, arguments=arguments, threads=str(threads))

    def build_library(self):
        library = self.folder / "locks.so"
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-pthread", "-o", library, profiling.TARGETS / "blame_locks.c"], check=True)
        return library

    def mean_truths(self, profile, side):
        sums = defaultdict(float)
        for truth in profile.truths:
            for key, seconds in truth[side].items():
                sums[key.split(":")[1]] += seconds / len(profile.truths)
        return sums

    def seen(self, profile, threads, side, kinds, within={}):
        """Seconds by function, over all locks of these kinds. `within`: functions that others are part of."""
        sums = defaultdict(float)
        for lock in profile.run(threads)["locks"]:
            if lock["kind"] in kinds:
                for row in lock[side]:
                    function = row["function"].rpartition(".")[2]
                    sums[within.get(function, function)] += row["wait_s"]
        return sums

    def exported_holders(self, profile, *options):
        """Microseconds by the stack that a wait is owed to."""
        folded = subprocess.run([profiling.tool, "export", profile.recording, "--format", "folded", "--what", "wait", "--side", "holder", *options],
                                capture_output=True, text=True, check=True).stdout
        microseconds = defaultdict(float)
        for line in folded.splitlines():
            stack, _, weight = line.rpartition(" ")
            microseconds[stack] += float(weight)
        return microseconds

    def check(self, profile, threads, kinds, waiter_tolerance=EXACT, within={}):
        waited, held = self.mean_truths(profile, "waited"), self.mean_truths(profile, "held")
        waiters, holders = (self.seen(profile, threads, side, kinds, within) for side in ("waiters", "holders"))
        total = sum(waited.values())
        for function, truth in waited.items():
            self.assertAlmostEqual(waiters[function], truth, delta=waiter_tolerance * total + SMALL_S, msg=f"{function} waits: {dict(waiters)}, {dict(waited)}")
        # Nobody holds a lock between one holder and the next, which is longer where others want the CPUs, too: compared are shares.
        for function, truth in held.items():
            self.assertAlmostEqual(holders[function] / sum(holders.values()), truth / sum(held.values()), delta=TOLERANCE,
                                   msg=f"{function} holds: {dict(holders)}, {dict(held)}")

    @measured
    def test_a_convoy_of_any_length(self):
        for threads in (2, 8, 50):
            with self.subTest(threads=threads):
                profile = self.profile_scenario("convoy", threads)
                # Where threads only spin, and nobody was ever seen to let go, what ran while the lock was held is blamed.
                self.check(profile, threads, ["threading.Lock"], within={"spin": "hold_long", "flush": "hold_long"})

    @measured
    def test_exports_blame_the_same(self):
        profile = self.profile_scenario("convoy", 8)
        held = self.mean_truths(profile, "held")
        waits = {stack: weight for stack, weight in self.exported_holders(profile).items() if "book" in stack or "hold_long" in stack}
        share = sum(weight for stack, weight in waits.items() if "hold_long" in stack) / sum(waits.values())
        self.assertAlmostEqual(share, held["hold_long"] / sum(held.values()), delta=TOLERANCE)

    @measured
    def test_long_and_short_holders(self):
        for scenario in ("long_and_short", "recursive"):
            for threads in (2, 8):
                with self.subTest(scenario, threads=threads):
                    self.check(self.profile_scenario(scenario, threads), threads, ["threading.Lock"])

    @measured
    def test_the_outer_lock_is_owed_to_who_holds_it_though_that_one_waits(self):
        self.check(self.profile_scenario("nested", 4), 4, ["threading.Lock"])

    @measured
    def test_who_is_notified_waits_for_the_notifier(self):
        holders = self.seen(self.profile_scenario("condition", 4), 4, "holders", ["threading.Lock"])
        self.assertGreater(holders["notify"] / sum(holders.values()), 0.9, dict(holders))

    @measured
    def test_a_critical_section_of_two_objects(self):
        profile = self.profile_scenario("two_objects", 2)
        # Of the one that notes its waits: where it is long in waking up, with the lock handed to it, others wait for it.
        waits = {stack: weight for stack, weight in self.exported_holders(profile, "--thread", "toucher").items() if "spin" not in stack}
        copied = sum(weight for stack, weight in waits.items() if "copy" in stack)
        self.assertGreater(copied / sum(waits.values()), 1 - TOLERANCE, waits)
        waiters = self.seen(profile, 2, "waiters", ["object"])
        waited = self.mean_truths(profile, "waited")
        self.assertAlmostEqual(waiters["touch"], waited["touch"], delta=0.1 * waited["touch"] + SMALL_S, msg=f"{dict(waiters)}, {dict(waited)}")

    @measured
    def test_locks_of_native_code(self):
        for scenario in ("mutex", "rwlock"):
            for threads in (2, 8):
                with self.subTest(scenario, threads=threads):
                    self.check(self.profile_scenario(scenario, threads, library=True), threads, ["pthread"])

    @measured
    def test_a_writer_waits_for_the_reader_that_lets_go_last(self):
        # Now and then the last to let go is one of the others.
        holders = self.seen(self.profile_scenario("readers", 2, library=True), 2, "holders", ["pthread"])
        self.assertGreater(holders["read_long"] / sum(holders.values()), 0.8, dict(holders))

    @measured
    def test_the_gil(self):
        profile = self.profile_scenario("gil", 2, "--env", "PYTHON_GIL=1")
        held = self.mean_truths(profile, "held")
        holders = self.seen(profile, 2, "holders", ["gil"])
        share = holders["run_one"] / (holders["run_one"] + holders["run_other"])
        self.assertAlmostEqual(share, held["run_one"] / sum(held.values()), delta=TOLERANCE, msg=dict(holders))


if __name__ == "__main__":
    profiling.main(__doc__)

#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Scripts with one planted cause each: found, named, and of the right size. usage: truths_test.py TOOL [unittest arguments]

Sizes are compared with what the script measured of itself in the same runs, never with a clock time."""
import re
import subprocess

import profiling
from profiling import measured

SIZE_TOLERANCE = 0.05   # of the planted size
NOISE_CORES = 0.05      # what other load on the machine may look like


class Locks(profiling.ProfilingTest):
    @measured
    def test_a_shared_list(self):
        profile = self.profile("shared_list.py")
        lock = profile.run(2)["locks"][0]
        self.assertEqual((lock["kind"], lock["type"]), ("object", "list"))
        self.assertEqual(lock["waiters"][0]["function"], "append_all")
        self.assertEqual(lock["holders"][0]["function"], "append_all")
        self.assertGreater(lock["wait_s"], 0)
        self.assertGreater(lock["spin_s"], 0)
        # Which thread gets an unfair lock more often is chance, and the one that comes off worse then runs on alone.
        finding = next(finding for finding in profile.report["findings"] if finding["rule"] == "lock")
        self.assertIn("list", finding["title"])

    @measured
    def test_two_locks_in_the_right_order_and_of_the_right_size(self):
        profile = self.profile("two_locks.py", "-r", "2")
        locks = [lock for lock in profile.run(2)["locks"] if lock["kind"] == "threading.Lock"][:2]
        for side in ("waiters", "holders"):
            self.assertEqual([lock[side][0]["function"] if lock[side] else None for lock in locks], ["use_long", "use_short"], side)
        for lock, key in zip(locks, ("long_s", "short_s")):
            truth = profile.mean_truth(2, key)
            self.assertAlmostEqual(lock["wait_s"] + lock["spin_s"], truth, delta=SIZE_TOLERANCE * truth + 0.002, msg=key)


class NativeCode(profiling.ProfilingTest):
    """A library that is loaded while the script runs."""
    LINE = next(number for number, text in enumerate((profiling.TARGETS / "native_locks.py").read_text().splitlines(), 1)
                if text.endswith("# line: native"))

    def profile_calls(self, function):
        library = self.folder / "native.so"
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-pthread", "-o", library, profiling.TARGETS / "native_locks.c"], check=True)
        return self.profile("native_locks.py", arguments=(library, function))

    def check_lock(self, function, type):
        profile = self.profile_calls(function)
        lock = profile.run(2)["locks"][0]
        self.assertEqual((lock["kind"], lock["type"]), ("pthread", type))
        for side in ("waiters", "holders"):
            self.assertEqual((lock[side][0]["function"], lock[side][0]["line"]), ("work", self.LINE), side)
        truth = profile.mean_truth(2, "waited_s")
        self.assertAlmostEqual(lock["wait_s"] + lock["spin_s"], truth, delta=SIZE_TOLERANCE * truth + 0.002)
        self.assertIn(f"work (native_locks.py:{self.LINE})", profile.report["findings"][0]["title"])

    @measured
    def test_a_mutex(self):
        self.check_lock("with_mutex", "pthread_mutex in with_mutex")

    @measured
    def test_a_rwlock(self):
        self.check_lock("with_rwlock", "pthread_rwlock in with_rwlock")

    @measured
    def test_who_waits_on_a_condition_while_another_runs(self):
        profile = self.profile_calls("with_pool")
        finding = next(finding for finding in profile.report["findings"] if finding["rule"] == "serial")
        meanwhile = next(line for line in finding["evidence"] if line.startswith("meanwhile"))
        found = re.match(rf"meanwhile waiting work \(native_locks\.py:{self.LINE}\) in with_pool ([\d.]+) s", meanwhile)
        self.assertTrue(found, meanwhile)
        # Not all of it: now and then a thread is woken later than it could run.
        truth = profile.mean_truth(2, "waited_s")
        self.assertGreater(float(found[1]), 0.5 * truth)
        self.assertLess(float(found[1]), 1.05 * truth + 0.002)


class InternalLocks(profiling.ProfilingTest):
    LOOKUPS_WITHOUT_TYPE_LOCK = (3, 14, 4)

    def lock_at(self, profile, target, mark, type):
        """The interpreter's own lock of this type, waited for at the marked line. It need not be the largest there: names made at run
        time, for example, die in other threads than made them, and their queue is locked, too."""
        source = (profiling.TARGETS / target).read_text().splitlines()
        line = next(number for number, text in enumerate(source, 1) if text.endswith(f"# line: {mark}"))
        locks = {(lock["kind"], lock["type"]): lock for lock in profile.run(2)["locks"]
                 if lock["waiters"] and lock["waiters"][0]["line"] == line}
        self.assertIn(("internal", type), locks)
        return locks["internal", type]

    def version(self, profile):
        return tuple(map(int, re.match(r"(\d+)\.(\d+)\.(\d+)", profile.report["target"]["interpreter"]["version"]).groups()))

    @measured
    def test_names_made_at_run_time(self):
        profile = self.profile("type_lock.py")
        if self.version(profile) >= self.LOOKUPS_WITHOUT_TYPE_LOCK:
            self.assertNotIn("type lock", [lock["type"] for lock in profile.run(2)["locks"] if lock["lost_cores"] > NOISE_CORES])
            return
        lock = self.lock_at(profile, "type_lock.py", "getattr", "type lock")
        self.assertEqual([lock[side][0]["function"] for side in ("waiters", "holders")], ["visit"] * 2)
        self.assertGreater(lock["wait_s"], 0)
        self.assertGreater(lock["spin_s"], 0)
        finding = next(finding for finding in profile.report["findings"] if "type lock" in finding["title"])
        self.assertIn("sys.intern(name)", finding["advice"])

    @measured
    def test_attributes_of_classes(self):
        profile = self.profile("class_attributes.py")
        lock = self.lock_at(profile, "class_attributes.py", "store", "type lock")
        self.assertEqual(lock["waiters"][0]["function"], "count_in_class")

    @measured
    def test_interned_strings(self):
        profile = self.profile("interned_strings.py")
        lock = self.lock_at(profile, "interned_strings.py", "intern", "interned strings lock")
        self.assertEqual(lock["waiters"][0]["function"], "intern_new")
        # Most spins lead to no wait, and are named all the same.
        self.assertFalse([lock["type"] for lock in profile.run(2)["locks"]
                          if lock["spin_s"] > 0.001 and lock["type"].startswith(("mutex in", "runtime mutex"))])


class NoTrouble(profiling.ProfilingTest):
    @measured
    def test_threads_that_share_nothing(self):
        profile = self.profile("no_sharing.py", "-r", "2")
        for lock in profile.run(2)["locks"]:
            self.assertLess(lock["lost_cores"], NOISE_CORES, lock)
        self.assertLess(profile.lost_cores(2, "unknown"), NOISE_CORES)


class Serial(profiling.ProfilingTest):
    @measured
    def test_the_main_thread_alone(self):
        profile = self.profile("serial_section.py")
        alone = profile.mean_truth(2, "alone_s")
        function = next(f for f in profile.run(2)["functions"] if f["function"] == "prepare_alone")
        self.assertAlmostEqual(function["self_s"]["serial"], alone, delta=SIZE_TOLERANCE * alone)


class Regions(profiling.ProfilingTest):
    def titles(self, profile, region):
        report = self.read_report(profile.recording, "--region", region)
        return [finding["title"] for finding in report["findings"]]

    @measured
    def test_findings_are_those_of_the_region_asked_for(self):
        profile = self.profile("two_regions.py", "-r", "1")
        self.assertEqual([region["name"] for region in profile.report["regions"]], ["alone", "together"])
        self.assertIn("prepare_alone", self.titles(profile, "alone")[0])
        self.assertFalse([title for title in self.titles(profile, "together") if "prepare_alone" in title])


class Names(profiling.ProfilingTest):
    # The caller's frame must be at the line that says so, and its own caller the one named.
    CALLERS = {
        "outer.<locals>.inner": ("inner", "outer"),
        "outer": ("outer", "work"),
        "Thing.method": ("method", "work"),
        "Thing.static": ("static", "work"),
        "Thing.computed": ("computed", None),  # called by functools
        "<lambda>": ("lambda", "work"),
        "comprehension": ("comprehension", "work"),
        "generator": ("generator", "drain"),
        "drain": ("drain", "work"),
        "key_function": ("key", "sort_with_key"),
        "sort_with_key": ("sort", "work"),
        "transient": ("exec", "work"),
    }

    def stacks(self, dump):
        """The stacks of samples, each a list of (function, file, line) and native names, innermost first."""
        stack = None
        for line in dump.splitlines():
            if re.match(r" {4,12}\S", line[:13]) and not line.startswith(" " * 19):
                if stack:
                    yield stack
                stack = [] if re.match(r"\s+[\d.]+ sample ", line) else None
            elif stack is not None and line.startswith(" " * 19):
                python = re.fullmatch(r"(.+) \((.+):(\d+)\)", line.strip())
                stack.append((python[1], python[2], int(python[3])) if python else line.strip().split(" [")[0])
        if stack:
            yield stack

    def test_functions_of_every_kind(self):
        profile = self.profile("names.py", "-r", "1", threads="2")
        source = (profiling.TARGETS / "names.py").read_text().splitlines()
        lines = {match[1]: number for number, text in enumerate(source, 1) if (match := re.search(r"# line: (\w+)", text))}
        seen, made, key_in_sort = set(), set(), False
        for stack in self.stacks(profile.dump()):
            python = [frame for frame in stack if isinstance(frame, tuple)]
            for (function, file, line), (caller, *_) in zip(python, python[1:]):
                if file.endswith("names.py") and function in self.CALLERS:
                    mark, expected_caller = self.CALLERS[function]
                    if line == lines[mark]:
                        seen.add(function)
                        if expected_caller:
                            self.assertEqual(caller, expected_caller)
                if function.startswith("made_"):
                    # Code that lives for a moment, at addresses used again and again: name and file still belong together.
                    self.assertEqual(file, function + ".py")
                    made.add((function, line))
            names = [frame[0] if isinstance(frame, tuple) else frame for frame in stack]
            if "key_function" in names and "sort_with_key" in names:
                between = names[names.index("key_function"):names.index("sort_with_key")]
                key_in_sort = key_in_sort or any("sort" in name for name in between[1:])
        self.assertEqual(seen, set(self.CALLERS))
        self.assertEqual({function for function, _ in made}, {"made_0", "made_1", "made_2"})
        self.assertGreater(len(made), 6, "the lines differ from one making to the next")
        self.assertTrue(key_in_sort, "the native sort stands between the key function and its caller")


if __name__ == "__main__":
    profiling.main(__doc__)

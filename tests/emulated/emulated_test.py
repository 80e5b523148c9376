#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The tool and the probe in an emulated aarch64 machine. usage: emulated_test.py [--set-up | unittest arguments]"""
import json
import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import machine  # noqa: E402

TARGETS = machine.HERE.parent / "targets"
PROGRAMS = machine.HERE / "programs"
FEW_STACKS = 0.01  # may be cut short: taken where code without tables has just begun or is about to end
TURNS = 5_000_000  # of the counted loops, two instructions each


class Emulated(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.build = Path(machine.print_of("build-ftscale")[0])

    def unit_tests(self, **rooms):
        """Steps and files for test programs, by room, with Catch2's options; each finds what was built for it under the same path."""
        steps, bring = {}, {}
        for name, options in rooms.items():
            folder = self.build / "tests/unit" / name
            steps[name] = f"{folder}/{name}_test {options}"
            bring |= {str(path): path for path in folder.iterdir() if path.is_file() and path.suffix not in (".cmake", ".d")}
        return steps, bring

    def tool(self):
        return {"/ftscale/bin/ftscale": self.build / "bin/ftscale",
                "/ftscale/lib/libftscale_probe.so": self.build / "lib/libftscale_probe.so",
                "/programs": PROGRAMS, "/programs/libcounted_loop.so": self.build / "tests/emulated/libcounted_loop.so",
                "/targets": TARGETS}

    def run_in(self, job, **settings):
        outcome = machine.make_machine(**settings).run(job)
        for name, step in outcome.steps.items():
            self.assertEqual(step.status, 0, f"{name}:\n{step.output}")
        return outcome


class UnitTests(Emulated):
    def test_unit_tests_pass_on_aarch64(self):
        # Python's lines need the sources of the tests, and are the same everywhere.
        steps, bring = self.unit_tests(counters="", probes="", symbols="'~every instruction of the standard library*'")
        outcome = self.run_in(machine.Job(steps, bring))
        for step in outcome.steps.values():
            self.assertIn("All tests passed", step.output)


class SignedReturns(Emulated):
    def test_unwinding_where_the_processor_signs_return_addresses(self):
        steps, bring = self.unit_tests(probes="")
        outcome = self.run_in(machine.Job({"features": "grep -w paca /proc/cpuinfo", **steps}, bring), cpu="max,pauth-impdef=on")
        self.assertIn("All tests passed", outcome.steps["probes"].output)


class ExactCounts(Emulated):
    def test_the_counters_room_counts_to_the_instruction(self):
        program = {"/programs/exact_counts": self.build / "tests/emulated/exact_counts"}
        outcome = self.run_in(machine.Job({"count": "/programs/exact_counts"}, program))
        rows = [tuple(map(int, line.split())) for line in outcome.steps["count"].output.splitlines()]
        (least, instructions, _), *others = rows
        self.assertEqual(len(others), 3)
        for turns, counted, _ in others:
            self.assertEqual(counted - instructions, 2 * (turns - least), f"{turns} turns")
        # Two nanoseconds for each instruction, at a gigahertz; reading the counter takes some too.
        turns, _, cycles = others[-1]
        self.assertAlmostEqual(cycles / (4 * turns), 1, delta=0.001)


class Profiled(Emulated):
    """Tests of one profile, which is made once."""
    outcome = None
    settings = {}

    @classmethod
    def steps(cls):
        raise NotImplementedError

    def setUp(self):
        cls = type(self)
        if cls.outcome is None:
            cls.outcome = self.run_in(machine.Job(cls.steps(), self.tool(), ["/scratch/report.json", "/scratch/dump"]), **cls.settings)
        self.report = json.loads(self.outcome.files["/scratch/report.json"])
        self.dump = self.outcome.files["/scratch/dump"].decode()

    def run_at(self, threads):
        return next(run for run in self.report["runs"] if run["threads"] == threads)

    def function(self, threads, name):
        return next(row for row in self.run_at(threads)["functions"] if row["function"] == name)


def profile(script, options="", arguments="", threads="1,2"):
    """Steps that make a profile, a report and a dump of it."""
    return {"run": f"ftscale run --python python3.13t -t {threads} -r 1 --warmup 0 {options} -o r.ftscale /programs/{script} {arguments}",
            "report": "ftscale report --format json r.ftscale -o report.json && ftscale dump r.ftscale >dump"}


def line_of(script, mark):
    lines = (PROGRAMS / script).read_text().splitlines()
    return next(number for number, text in enumerate(lines, 1) if text.endswith(f"# line: {mark}"))


class WithoutCounters(Profiled):
    """Stacks, names and time."""

    @classmethod
    def steps(cls):
        return profile("counted.py", "--no-counters", 8 * TURNS)

    def test_functions_have_their_names_and_lines(self):
        for name, native in (("short", "counted_loop"), ("long", "other_counted_loop")):
            python = self.function(2, name)
            place = ("/programs/counted.py", line_of("counted.py", name), False)
            self.assertEqual((python["file"], python["hot_line"], python["native"]), place)
            self.assertEqual(self.function(2, native)["file"], "/programs/libcounted_loop.so")

    def test_time_is_that_of_the_instructions(self):
        # Two nanoseconds for each of two instructions a turn; taking samples, one each millisecond, adds some percent.
        for name, turns in (("short", 8 * TURNS), ("long", 24 * TURNS)):
            self.assertAlmostEqual(self.function(2, name)["self_s"]["work"] / (turns * 4e-9), 1, delta=0.1, msg=name)

    def test_the_interpreters_own_locks_are_known(self):
        # In 3.13 importing ctypes takes the type lock within itself, and yields before it notices.
        locks = self.run_at(1)["locks"]
        self.assertIn(("internal", "type lock"), [(lock["kind"], lock["type"]) for lock in locks])

    def test_no_stack_is_cut_short(self):
        measurement = self.report["measurement"]
        self.assertLessEqual(measurement["truncated_stacks"], FEW_STACKS * measurement["samples"])


class Locks(Profiled):
    @classmethod
    def steps(cls):
        return profile("contended.py", "--no-counters", threads="2")

    def test_a_lock_has_waiters_and_holders(self):
        lock = next(lock for lock in self.run_at(2)["locks"] if lock["kind"] == "threading.Lock")
        line = line_of("contended.py", "lock")
        for side in ("waiters", "holders"):
            self.assertEqual((lock[side][0]["function"], lock[side][0]["line"]), ("hold", line), side)
        self.assertGreater(lock["wait_s"], 0.03)


class References(Profiled):
    @classmethod
    def steps(cls):
        return profile("shared_object.py", "--no-counters", threads="2")

    def test_the_object_that_threads_count_is_found(self):
        counted = self.run_at(2)["objects"][0]
        self.assertEqual(counted["type"], "Shop")
        site = counted["sites"][0]
        self.assertEqual((site["function"], site["line"]), ("total", line_of("shared_object.py", "count")))


class Counters(Profiled):
    TURNS = 16 * TURNS

    @classmethod
    def steps(cls):
        return profile("counted.py", "-F 499 -e cycles,instructions", cls.TURNS)

    def test_samples_come_from_hardware_cycles(self):
        measurement = self.report["measurement"]
        self.assertEqual(measurement["sampler"], "cycles")
        self.assertEqual([counter["name"] for counter in measurement["counters"]], ["cycles", "instructions"])

    def test_each_function_has_its_instructions(self):
        for name, turns in (("short", self.TURNS), ("long", 3 * self.TURNS)):
            counters = self.function(2, name)["counters"]
            # On top of the loop's come those of taking samples (fifty thousand each, kernel and probe, of two million between them
            # at this slow clock); and what was counted since the last sample is charged to the stack of this one.
            self.assertAlmostEqual(counters["instructions"] / (2 * turns), 1, delta=0.05, msg=name)
            self.assertAlmostEqual(counters["cycles"] / counters["instructions"], 2, delta=0.01, msg=name)

    def test_a_native_function_has_those_of_who_called_it(self):
        python, native = (self.function(2, name)["counters"]["instructions"] for name in ("long", "other_counted_loop"))
        self.assertAlmostEqual(native / python, 1, delta=0.02)

    def test_the_work_is_the_same_at_two_threads_but_for_its_own_growth(self):
        # Three times the loop in a second thread: more instructions, at the same pace.
        one, two = (self.run_at(threads)["work_counters"]["instructions"] for threads in (1, 2))
        self.assertAlmostEqual((two - one) / (6 * self.TURNS), 1, delta=0.05)


class CountersOfThreads(Profiled):
    """No samples: the instructions that they take are the thread's, too."""

    @classmethod
    def steps(cls):
        return profile("counted_regions.py", "-F 1 -e instructions:u", TURNS, "1")

    def counted(self):
        """Instructions in each region, of the one thread that ran it."""
        found, began = {}, {}
        for mark, name, count in re.findall(r"region_(begin|end) (\S+)\n.*counter_reading \d+,\d+,(\d+)", self.dump):
            if mark == "begin":
                began[name] = int(count)
            else:
                found[name] = int(count) - began[name]
        return found

    def test_a_longer_loop_is_longer_by_its_instructions(self):
        counted = self.counted()
        for factor in (1, 2):
            difference = counted[f"long-{factor}"] - counted[f"short-{factor}"]
            # Both calls run the same code of Python's; a few instructions depend on what the allocator has at hand.
            self.assertAlmostEqual(difference, 2 * (3 - 1) * factor * TURNS, delta=2000, msg=factor)


def records_of_thread(dump, name):
    """What a dump says of the first thread of that name: threads stand in the turns in which they took their chunks."""
    _, *pieces = re.split(r"^  thread (\d+)\n", dump, flags=re.M)
    numbers, texts = pieces[::2], pieces[1::2]
    first = next(i for i, text in enumerate(texts) if name in text)
    records = ""
    for number, text in zip(numbers[first:], texts[first:]):
        if number == numbers[first]:
            records += text
        if re.search(r"^run ", text, re.M):
            break  # another process follows
    return records


class TakingTurns(Profiled):
    """More events than the PMU has counters: all of them count the same, in turns."""
    # Event 8 is an instruction retired; the bits above the sixteenth mean nothing to the PMU.
    NAMES = [f"r{unused:x}0008" for unused in range(1, 9)]

    @classmethod
    def steps(cls):
        return profile("counted.py", f"-e cycles,instructions,{','.join(cls.NAMES)}", 4 * TURNS, "2")

    def test_the_output_says_so(self):
        self.assertRegex(self.outcome.steps["run"].output, "10 events do not fit the PMU at once: counted in turns")

    def test_counts_are_scaled_to_the_whole_time(self):
        # Groups of cycles, instructions; five events; three events: ENABLED,RUNNING,COUNT... for each, at a thread's end the last.
        words = [int(word) for word in re.findall(r"counter_reading (\S+)", records_of_thread(self.dump, "(long)"))[-1].split(",")]
        instructions = words[3]
        self.assertGreater(instructions, 2 * 3 * 4 * TURNS)
        for begin, events in ((4, 5), (11, 3)):
            enabled, running, *counts = words[begin:begin + 2 + events]
            self.assertLess(running, 0.8 * enabled)
            for count in counts:
                self.assertAlmostEqual(count * enabled / running / instructions, 1, delta=0.02)


class WithoutPmu(Profiled):
    settings = {"cpu": "cortex-a57,pmu=off"}

    @classmethod
    def steps(cls):
        required = profile("counted.py", "--require-counters", TURNS)["run"]
        return profile("counted.py", "", TURNS) | {"required": f"! {required}"}

    def test_the_next_step_of_the_ladder_is_taken_and_named(self):
        self.assertRegex(self.outcome.steps["run"].output, "no hardware counters: .*no PMU.*; samples come from cpu-clock")
        self.assertEqual(self.report["measurement"]["sampler"], "cpu-clock")
        self.assertGreater(self.function(2, "long")["self_s"]["work"], 0.05)

    def test_a_run_that_requires_counters_fails(self):
        self.assertIn("there are no hardware counters", self.outcome.steps["required"].output)


class OrdinaryUser(Profiled):
    """At Debian's perf_event_paranoid of 3 the system call is root's alone."""

    @classmethod
    def steps(cls):
        become = "import os, sys; os.setgid(1000); os.setuid(1000); os.execvp(sys.argv[1], sys.argv[1:])"
        steps = profile("counted.py", "", TURNS)
        return {"level": "cat /proc/sys/kernel/perf_event_paranoid"} | steps | {"run": f"python3.13t -c '{become}' {steps['run']}"}

    def test_samples_come_from_a_timer(self):
        self.assertEqual(self.outcome.steps["level"].output, "3\n")
        self.assertRegex(self.outcome.steps["run"].output, "no hardware counters: perf_event_paranoid is 3; samples come from cpu-timer")
        self.assertEqual(self.report["measurement"]["sampler"], "cpu-timer")


def main():
    missing = machine.missing_tools()
    if missing:
        print(f"skipped: not installed: {', '.join(missing)}; scripts/setup --emulated installs them")
        return machine.SKIPPED
    if sys.argv[1:] == ["--set-up"]:
        print(machine.print_of("build-ftscale"), machine.print_of("make-image"))
        return 0
    unittest.main()


if __name__ == "__main__":
    sys.exit(main())

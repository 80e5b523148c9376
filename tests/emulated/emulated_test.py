#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The tool and the probe in an emulated aarch64 machine. usage: emulated_test.py [--set-up | unittest arguments]"""
import json
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import machine  # noqa: E402

TARGETS = machine.HERE.parent / "targets"
PROGRAMS = machine.HERE / "programs"
TURNS = 5_000_000  # of the counted loops, two instructions each


class Emulated(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.build = Path(machine.print_of("build-ftscale")[0])

    def unit_tests(self, *names):
        """Steps and files for the rooms' test programs; a test finds what was built for it under the same path."""
        steps, bring = {}, {}
        for name in names:
            folder = self.build / "tests/unit" / name
            steps[name] = str(folder / f"{name}_test")
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
        steps, bring = self.unit_tests("recording", "symbols", "account", "probes")
        outcome = self.run_in(machine.Job(steps, bring))
        for step in outcome.steps.values():
            self.assertIn("All tests passed", step.output)


class SignedReturns(Emulated):
    def test_unwinding_where_the_processor_signs_return_addresses(self):
        steps, bring = self.unit_tests("probes")
        outcome = self.run_in(machine.Job({"features": "grep -w paca /proc/cpuinfo", **steps}, bring), cpu="max,pauth-impdef=on")
        self.assertIn("All tests passed", outcome.steps["probes"].output)


class Profile(Emulated):
    """Without counters: names, lines, time, stacks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = None

    def profile(self):
        if Profile.report is None:
            outcome = self.run_in(machine.Job(
                {"run": f"ftscale run -q --python python3.13t -t 1,2 -r 1 --warmup 0 -o counted.ftscale /programs/counted.py {TURNS}",
                 "report": "ftscale report --format json counted.ftscale -o report.json"},
                self.tool(), ["report.json"]))
            Profile.report = json.loads(outcome.files["report.json"])
        return Profile.report

    def functions(self, threads):
        run = next(run for run in self.profile()["runs"] if run["threads"] == threads)
        return {row["function"]: row for row in run["functions"]}

    def test_python_and_native_functions_have_their_names_and_lines(self):
        pass


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

#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The tool and the probe in an emulated aarch64 machine. usage: emulated_test.py [unittest arguments]"""
import json
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import machine  # noqa: E402

TARGETS = machine.HERE.parent / "targets"
UNIT_TESTS = ("base", "model", "recording", "symbols", "account", "analysis", "report", "probes")


class Emulated(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.build = Path(machine.print_of("build-ftscale")[0])
        cls.machine = machine.make_machine()

    def bring(self, *more):
        here = {"/ftscale/bin/ftscale": self.build / "bin/ftscale",
                "/ftscale/lib/libftscale_probe.so": self.build / "lib/libftscale_probe.so",
                "/targets": TARGETS}
        return here | dict(more)

    def check_steps(self, outcome):
        for name, step in outcome.steps.items():
            self.assertEqual(step.status, 0, f"{name}:\n{step.output}")


class UnitTests(Emulated):
    def test_unit_tests_pass_on_aarch64(self):
        programs = {name: f"tests/unit/{name}/{name}_test" for name in UNIT_TESTS}
        bring = [(f"/tests/{path}", self.build / path) for path in programs.values()]
        outcome = self.machine.run(machine.Job({name: f"/tests/{path}" for name, path in programs.items()}, self.bring(*bring)))
        self.check_steps(outcome)


class Profile(Emulated):
    def test_a_profile_names_functions_and_lines(self):
        outcome = self.machine.run(machine.Job(
            {"run": "ftscale run --python python3.13t -t 1,2 -r 1 --warmup 0 -o names.ftscale /targets/names.py",
             "report": "ftscale report --format json names.ftscale -o report.json"},
            self.bring(), ["report.json"]))
        self.check_steps(outcome)
        report = json.loads(outcome.files["report.json"])
        print(json.dumps(report, indent=1)[:6000])


if __name__ == "__main__":
    missing = machine.missing_tools()
    if missing:
        print(f"skipped: not installed: {', '.join(missing)}; scripts/setup --emulated installs them")
        sys.exit(machine.SKIPPED)
    unittest.main()

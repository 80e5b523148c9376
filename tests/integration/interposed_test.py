#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Every function that the probe interposes does what it does without it: contended and not, succeeding and failing, in signal handlers,
cancelled, interrupted by the script's signals and by the sampler's. usage: interposed_test.py TOOL PROBE CALLS [unittest arguments]"""
import json
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

import profiling

TABLE = profiling.SOURCE / "probes" / "interposed.h"
# They end the process, or are tested where it goes on as another program: robustness_test.py.
NOT_CALLED = {"_exit", "_Exit"}
ATTEMPTS = 3  # a state is made by what threads do at the same time: what a busy machine spoils is tried again

probe = None
calls = None


def interposed():
    """Names of the rows of the table, each with what becomes of it when a signal comes."""
    rows = re.findall(r"X\([^,]+, (\w+), \(.*?\), \w+,\s*(?:\\\s*)?(\w+),\s*(?:\\\s*)?(\w+)\)", TABLE.read_text(), re.DOTALL)
    return {name: interrupted for name, _, interrupted in rows}


def key(line):
    return line["function"], line["how"], line["state"]


class Interposed(profiling.ProfilingTest):
    def outcomes(self, probed, part=""):
        output = self.folder / f"outcomes-{probed}.jsonl"
        words = [profiling.TARGETS / "interposed.py", calls, output, str(int(probed)), *([part] if part else [])]
        if probed:
            command = [profiling.tool, "run", "-q", "--no-pin", "--no-counters", "-t", "1", "-r", "1", "--warmup", "0", "--python", profiling.python, "-o", self.folder / "out.ftscale", "--", *words]
        else:
            command = [profiling.python, *words]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=400)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return {key(line): line for line in map(json.loads, output.read_text().splitlines())}

    def differences(self, part=""):
        plain, probed = self.outcomes(False, part), self.outcomes(True, part)
        self.assertEqual(plain.keys(), probed.keys())
        return {what: (plain[what], probed[what]) for what in plain if plain[what] != probed[what]}

    def test_each_call_in_each_state(self):
        different = self.differences()
        for what in list(different):
            for _ in range(ATTEMPTS):
                if what in different and what not in self.differences(what[0]):
                    del different[what]
        self.assertEqual(different, {}, "\n" + "\n".join(f"{what}:\n   plain {plain}\n  probed {probed}" for what, (plain, probed) in different.items()))

    def test_the_table_is_all_there_is_and_all_of_it_is_called(self):
        names = set(interposed())
        exported = subprocess.run(["nm", "-D", "--defined-only", "--format=posix", probe], capture_output=True, text=True, check=True).stdout
        self.assertEqual({line.split()[0].split("@")[0] for line in exported.splitlines()}, names)
        cases = set(re.findall(r'(?:\{|READY\(|WAITS\(|TIMED\()"(\w+)"', (Path(__file__).parent / "interposed_cases.inc").read_text()))
        self.assertEqual(cases, names - NOT_CALLED)

    def test_the_states_are_what_they_say(self):
        """Without the probe: functions said to go on after the sampler's signal are ended by a handler's, the others are not."""
        ends = {what[0] for what, line in self.outcomes(False).items() if what[2] == "restarted" and line.get("error") == 4}
        table = interposed()
        self.assertLessEqual(ends, {name for name, interrupted in table.items() if interrupted in ("Continued", "Partial", "Awaited")})
        self.assertGreater(len(ends), 15)


if __name__ == "__main__":
    probe, calls = (str(Path(sys.argv.pop(2)).resolve()) for _ in range(2))
    profiling.main(__doc__)

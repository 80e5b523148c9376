#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""examples/fixed against examples: the cure that each report names works.

usage: examples_test.py TOOL [unittest arguments]
"""
import profiling

EXAMPLES = profiling.SOURCE / "examples"


class Fixed(profiling.ProfilingTest):
    def speedup(self, script):
        """By the fastest runs, which other load on the machine has held up least."""
        points = self.profile(script, "-r", str(3 << self.attempt)).report["scaling"]["points"]
        return min(points[0]["repeats_s"]) / min(points[-1]["repeats_s"])

    @profiling.measured
    def check(self, fixed):
        self.assertGreater(self.speedup(fixed), 1.1 * self.speedup(EXAMPLES / fixed.name))

    def test_each_scales_better_than_what_it_fixes(self):
        for fixed in sorted((EXAMPLES / "fixed").glob("*.py")):
            with self.subTest(fixed.name):
                self.check(fixed)


if __name__ == "__main__":
    profiling.main(__doc__)

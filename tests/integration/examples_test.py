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
        return self.profile(script, "-r", "2").report["scaling"]["points"][-1]["speedup"]

    @profiling.measured
    def test_each_scales_better_than_what_it_fixes(self):
        for fixed in sorted((EXAMPLES / "fixed").glob("*.py")):
            self.assertGreater(self.speedup(fixed), 1.1 * self.speedup(EXAMPLES / fixed.name), fixed.name)


if __name__ == "__main__":
    profiling.main(__doc__)

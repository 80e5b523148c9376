#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The Python package `ftscale`: harmless where nothing profiles, and passing on to the probe's module where there is one."""
import contextlib
import importlib
import sys
import types
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))


def import_afresh(probe_module):
    """The package as a process imports it in which `_ftscale` is `probe_module`; None: not to be had."""
    sys.modules.pop("ftscale", None)
    with mock.patch.dict(sys.modules, {"_ftscale": probe_module}):
        return importlib.import_module("ftscale")


class NotProfiled(unittest.TestCase):
    def setUp(self):
        self.ftscale = import_afresh(None)

    def test_says_so(self):
        self.assertFalse(self.ftscale.is_profiled())

    def test_the_body_runs_once(self):
        runs = []
        with self.ftscale.region("fit"):
            runs.append(1)
        self.assertEqual(runs, [1])

    def test_regions_nest_and_repeat(self):
        with self.ftscale.region("outer"), self.ftscale.region("inner"), self.ftscale.region("outer"):
            pass
        with self.ftscale.region("outer"):
            pass

    def test_an_exception_passes_through(self):
        with self.assertRaises(ZeroDivisionError), self.ftscale.region("fit"):
            1 / 0

    def test_threads_do_not_share_a_context_manager(self):
        self.assertIsNot(self.ftscale.region("fit"), self.ftscale.region("fit"))


class Profiled(unittest.TestCase):
    def setUp(self):
        self.events = []

        @contextlib.contextmanager
        def region(name):
            self.events.append(f"begin {name}")
            yield
            self.events.append(f"end {name}")

        self.ftscale = import_afresh(types.SimpleNamespace(region=region))

    def test_says_so(self):
        self.assertTrue(self.ftscale.is_profiled())

    def test_a_region_is_the_probes(self):
        with self.ftscale.region("fit"):
            self.events.append("body")
        self.assertEqual(self.events, ["begin fit", "body", "end fit"])


if __name__ == "__main__":
    unittest.main()

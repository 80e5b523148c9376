#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Runs tests of CPython's own suite and writes down how each of them ended, a line of JSON for each; what had begun when the process died is
there, too.

usage: record_outcomes.py OUTCOMES RESOURCES TEST...

RESOURCES are those of `python -m test -u`, divided by commas. A TEST is a module, a class or a method by its full name. The exit status is 0 once
all tests have ended, however they did.
"""
import json
import os
import sys
import unittest

SEVERITY = ("passed", "expected failure", "skipped", "unexpected success", "failed", "error")


class Outcomes(unittest.TextTestResult):
    """Keeps the worst of what is said of a test or of its parts. A test of that name that was there already is told apart by a number."""

    path = None

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.process = os.getpid()
        self.times = {}
        self.ends = {}
        self.details = {}

    def write(self, **record):
        """Opened anew each time, as tests may close whatever is open; children that a test forks have no say."""
        if os.getpid() == self.process:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")

    def note(self, test, outcome, detail=""):
        name = getattr(test, "test_case", test).id()
        if SEVERITY.index(outcome) >= SEVERITY.index(self.ends.get(name, "passed")):
            self.ends[name] = outcome
            self.details[name] = detail
        if isinstance(test, unittest.suite._ErrorHolder):  # what a class or a module sets up: neither begins nor ends
            self.write_end(name)

    def write_end(self, name):
        self.times[name] = self.times.get(name, 0) + 1
        numbered = name if self.times[name] == 1 else f"{name} #{self.times[name]}"
        self.write(test=numbered, ended=self.ends.pop(name, "passed"), detail=self.details.pop(name, ""))

    def startTest(self, test):
        super().startTest(test)
        self.write(test=test.id(), began=True)

    def stopTest(self, test):
        super().stopTest(test)
        self.write_end(test.id())

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, "error", self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, "failed", self.failures[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            is_failure = issubclass(err[0], test.failureException)
            self.note(test, "failed" if is_failure else "error", (self.failures if is_failure else self.errors)[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, "skipped", reason)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.note(test, "expected failure")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note(test, "unexpected success")


def load(name):
    """The tests of that name; a module that cannot be tested here at all is one test that was skipped."""
    try:
        return unittest.defaultTestLoader.loadTestsFromName(name)
    except unittest.SkipTest as skip:
        def module():
            pass
        module.__name__ = name
        return unittest.FunctionTestCase(unittest.skip(str(skip))(module))


def main():
    from test import support
    Outcomes.path, resources, *names = sys.argv[1:]
    support.use_resources = dict.fromkeys(resources.split(","))
    sys.argv[1:] = []
    tests = unittest.TestSuite(map(load, names))
    unittest.TextTestRunner(verbosity=2, resultclass=Outcomes).run(tests)
    with open(Outcomes.path, "a", encoding="utf-8") as file:
        file.write(json.dumps({"finished": True}) + "\n")


if __name__ == "__main__":
    main()

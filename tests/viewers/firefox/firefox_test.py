#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Exports as the Firefox Profiler's own code reads them: its totals are those of the profiles made by hand
(tests/support/small_profile.cpp).

usage: firefox_test.py PACKAGES WRITE_SAMPLE_EXPORTS

Installs what package-lock.json names, a node of its own among it, into the folder PACKAGES; skipped where that cannot be done.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
from npm_packages import install

WRITER = None
PACKAGES = None
FOLDER = None


def command(*arguments):
    environment = {"PATH": os.environ["PATH"], "HOME": FOLDER, "PROFILER_CLI_SESSION_DIR": FOLDER}
    program = [str(PACKAGES / ".bin" / "node"), str(PACKAGES / "@firefox-devtools/profiler-cli/dist/profiler-cli.js")]
    return subprocess.run([*program, *arguments], env=environment, capture_output=True, text=True, timeout=120)


def exported(profile):
    path = Path(FOLDER) / f"{profile}.json"
    with open(path, "wb") as file:
        subprocess.run([WRITER, "firefox", profile], check=True, stdout=file)
    return str(path)


class Session(unittest.TestCase):
    """One profile, loaded; what the viewer answers about it."""
    profile = None
    opened = 0

    @classmethod
    def setUpClass(cls):
        Session.opened += 1
        cls.session = f"session-{Session.opened}"
        loaded = command("load", exported(cls.profile), "--session", cls.session)
        if loaded.returncode != 0:
            raise AssertionError("not loaded: " + loaded.stdout + loaded.stderr)

    @classmethod
    def tearDownClass(cls):
        command("stop", cls.session)

    def ask(self, *words):
        answer = command(*words, "--session", self.session, "--json")
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)
        return json.loads(answer.stdout)

    # In what follows times are in milliseconds.

    def self_times(self, thread):
        """By function."""
        functions = self.ask("thread", "functions", "--thread", thread, "--include-idle")["functions"]
        return {row["name"]: row["selfSamples"] for row in functions}

    def markers(self, thread):
        """How many and how long, by name."""
        types = self.ask("thread", "markers", "--thread", thread)["byType"]
        return {row["markerName"]: (row["count"], row["count"] * row["durationStats"]["avg"]) for row in types}


class Small(Session):
    profile = "small"

    def test_threads(self):
        info = self.ask("profile", "info", "--all")
        self.assertEqual(info["threadCount"], 2)
        self.assertEqual(info["name"], "app.py {threads} at 2 threads – Linux 6.1.0")
        process = info["processes"][0]
        self.assertEqual(process["pid"], "200")
        self.assertEqual({thread["name"]: thread["cpuMs"] for thread in process["threads"]}, {"MainThread": 30, "worker-1": 50})

    def test_samples(self):
        self.assertEqual(self.self_times("t-0"), {"collect": 20, "<lambda>": 10, "<module>": 0})
        self.assertEqual(self.self_times("t-1"), {"collect": 30, "[refcount]": 10, "[gc]": 10, "<module>": 0})

    def test_categories(self):
        breakdown = self.ask("thread", "samples", "--thread", "t-1", "--include-idle")["categoryBreakdown"]
        self.assertEqual({row["name"]: row["samples"] for row in breakdown["categories"]}, {"Python": 30, "refcount": 10, "gc": 10})

    def test_markers(self):
        self.assertEqual(self.markers("t-0"), {"lock_wait": (1, 30)})
        self.assertEqual(self.markers("t-1"), {"gc": (1, 10), "sleep": (1, 10)})

    def test_a_wait(self):
        handle = self.ask("thread", "markers", "--thread", "t-0")["byType"][0]["topMarkers"][0]["handle"]
        marker = self.ask("marker", "info", handle)
        self.assertEqual({field["key"]: field["value"] for field in marker["fields"]},
                         {"lock": "list", "holder": "collect (app.py:14)", "holder_thread": "worker-1"})
        stack = self.ask("marker", "stack", handle)["stack"]["frames"]
        self.assertEqual([frame["name"] for frame in stack], ["list_append", "collect", "<module>"])

    def test_counters(self):
        counters = {row["name"]: row for row in self.ask("counter", "list")["counters"]}
        self.assertEqual(set(counters), {"running threads", "lock waiters"})
        for name, before, during in (("running threads", 2, 1), ("lock waiters", 0, 1)):
            graph = counters[name]["graph"]
            self.assertEqual((graph[0], graph[len(graph) // 2]), (before, during))


class Odd(Session):
    profile = "odd"

    def setUp(self):
        self.names = json.loads(subprocess.run([WRITER, "names"], check=True, capture_output=True).stdout)

    def test_names(self):
        self.assertEqual(self.self_times("t-0"), {**dict.fromkeys(self.names, 1), "<module>": 0})

    def test_markers(self):
        self.assertEqual(self.markers("t-0"), {"lock_wait": (len(self.names), len(self.names))})


class Many(Session):
    profile = "20000,5000"

    def test_totals(self):
        threads = self.ask("profile", "info", "--all")["processes"][0]["threads"]
        self.assertEqual(len(threads), 8)
        for thread in threads:
            self.assertAlmostEqual(thread["cpuMs"], 2500)
            self.assertAlmostEqual(sum(self.self_times(thread["threadHandle"]).values()), 2500)
            count, milliseconds = self.markers(thread["threadHandle"])["lock_wait"]
            self.assertEqual(count, 625)
            self.assertAlmostEqual(milliseconds, 312.5)



if __name__ == "__main__":
    packages, WRITER = Path(sys.argv[1]), sys.argv[2]
    install(Path(__file__).parent, packages, runs_scripts=True)  # node's own fetches what fits the machine
    PACKAGES = packages / "node_modules"
    with tempfile.TemporaryDirectory() as FOLDER:
        unittest.main(argv=sys.argv[:1], verbosity=2)

#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Exports as the official pprof reads them: its totals are those of the profiles made by hand (tests/support/small_profile.cpp).

usage: pprof_test.py WRITE_SAMPLE_EXPORTS

pprof is the one of the newest Go that Debian has installed, else that of the Go on PATH, or what FTSCALE_PPROF names; without any the test is
skipped.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SKIPPED = 77
WRITER = None
PPROF = None
FOLDER = None


def find_pprof():
    """gperftools' program of the same name reads another format: only Go's is looked for."""
    if "FTSCALE_PPROF" in os.environ:
        return os.environ["FTSCALE_PPROF"]
    version = lambda path: [int(number) for number in re.findall(r"\d+", path.parts[3])]
    found = [path for path in Path("/usr/lib").glob("go-*/pkg/tool/*/pprof") if os.access(path, os.X_OK)]
    return str(max(found, key=version)) if found else pprof_of_go()


def pprof_of_go():
    """That of the Go on PATH, which builds it when it is first asked for (from 1.24 on)."""
    if shutil.which("go") is None:
        return None
    done = subprocess.run(["go", "tool", "-n", "pprof"], capture_output=True, text=True)
    path = done.stdout.strip()
    return path if done.returncode == 0 and os.access(path, os.X_OK) else None


def exported(profile, what, threads=0):
    """A file of it."""
    path = Path(FOLDER) / f"{profile}-{what}-{threads}.pb.gz"
    path.write_bytes(subprocess.run([WRITER, "pprof", profile, what, str(threads)], check=True, capture_output=True).stdout)
    return str(path)


def pprof(*arguments):
    """What it prints; it may have nothing to complain of."""
    environment = {"PATH": os.environ["PATH"], "HOME": FOLDER, "PPROF_TMPDIR": FOLDER, "TZ": "UTC"}
    ran = subprocess.run([PPROF, *arguments], env=environment, capture_output=True, text=True)
    if ran.returncode != 0:
        raise AssertionError(f"pprof {arguments}: {ran.stderr}")
    return ran.stdout, ran.stderr


def top(*arguments):
    """{function: (flat, cumulative)} in milliseconds or as counted."""
    text, _ = pprof("-top", "-unit=ms", "-nodecount=100000", "-nodefraction=0", *arguments)
    rows = re.findall(r"^ *(\S+) +\S+% +\S+% +(\S+) +\S+%  (.*)$", text, re.MULTILINE)
    number = lambda cell: float(re.sub(r"[a-z]+$", "", cell))
    return {name: (number(flat), number(cumulative)) for flat, cumulative, name in rows}


def raw_totals(path):
    """The sum of each value by its type."""
    text, _ = pprof("-raw", path)
    lines = text[text.index("Samples:"):text.index("Locations")].splitlines()
    types = [name.replace("[dflt]", "") for name in lines[1].split()]
    rows = [line.split(":")[0].split() for line in lines[2:] if re.match(r"^ *[-\d ]+: [\d ]+$", line)]
    return dict(zip(types, (sum(int(row[i]) for row in rows) for i in range(len(types)))))


class Pprof(unittest.TestCase):
    def test_totals(self):
        ms = 1_000_000
        self.assertEqual(raw_totals(exported("small", "all")), {
            "samples/count": 6, "cpu/nanoseconds": 80 * ms, "contentions/count": 2, "delay/nanoseconds": 40 * ms,
            "capacity/nanoseconds": 120 * ms})
        self.assertEqual(raw_totals(exported("small", "loss")), {"loss/nanoseconds": 20 * ms})

    def test_says_nothing_on_standard_error(self):
        """No name is missing, and no file is looked for."""
        self.assertEqual(pprof("-top", exported("small", "all"))[1], "")

    def test_top(self):
        self.assertEqual(top(exported("small", "all")), {
            "collect (app.py:12)": (70, 70), "<lambda> (app.py:20)": (10, 10), "<module> (app.py:1)": (0, 80)})
        self.assertEqual(top("-sample_index=delay", exported("small", "all")), {
            "list_append": (30, 30), "collect (app.py:12)": (0, 30), "<module> (app.py:1)": (10, 40)})

    def test_header(self):
        text, _ = pprof("-top", exported("small", "all"))
        self.assertIn("File: python3.14t", text)
        self.assertIn("Type: cpu", text)
        # One moment, as older and newer versions write it.
        self.assertRegex(text, r"(?m)^Time: (Aug 21, 2026 at 10:11am \(UTC\)|2026-08-21 10:11:12 UTC)$")
        self.assertIn("Duration: 60ms, Total samples = 80ms (133.33%)", text)

    def test_labels(self):
        path = exported("small", "all")
        self.assertEqual(top("-tagfocus=thread=worker-1", path)["collect (app.py:12)"], (50, 50))
        self.assertEqual(top("-tagfocus=category=refcount", path)["collect (app.py:12)"], (10, 10))
        self.assertEqual(list(top("-sample_index=delay", "-tagfocus=lock_type=list", path))[0], "list_append")
        tags, _ = pprof("-tags", "-sample_index=delay", path)
        for label in ("category", "lock_kind", "lock_type", "nthreads", "python_version", "side", "thread"):
            self.assertRegex(tags, rf"(?m)^ *{label}: Total")

    def test_difference(self):
        """Two threads against one: work has shrunk, waits have grown."""
        difference = top("-sample_index=capacity", "-diff_base", exported("small", "all", 1), exported("small", "all", 2))
        self.assertEqual(difference["list_append"], (30, 30))
        self.assertEqual(difference["collect (app.py:12)"], (-30, 0))

    def test_lines(self):
        self.assertEqual(top("-lines", "-sample_index=delay", exported("small", "all"))["collect (app.py:12) /home/me/app.py:14"], (0, 30))

    def test_odd_names(self):
        odd = json.loads(subprocess.run([WRITER, "names"], check=True, capture_output=True).stdout)
        names = top(exported("odd", "cpu"))
        self.assertEqual(sum(flat for flat, _ in names.values()), len(odd))
        for index, name in enumerate(odd):
            if re.search(r"[\x00-\x1f]", name):
                continue  # printed as it is, on two lines perhaps
            is_python = index % 2 == 0
            self.assertEqual(names.get(name + (' (a;b "c".py:7)' if is_python else "")), (1, 1), name[:80])

    def test_many_samples(self):
        totals = raw_totals(exported("20000,5000", "all"))
        self.assertEqual(totals["samples/count"], 20000)
        self.assertEqual(totals["cpu/nanoseconds"], 20000 * 1_000_000)
        self.assertEqual(totals["contentions/count"], 5000)
        self.assertEqual(totals["delay/nanoseconds"], 5000 * 500_000)


if __name__ == "__main__":
    WRITER, PPROF = sys.argv[1], find_pprof()
    if PPROF is None:
        print("skipped: no pprof of Go's (Debian: golang-go, or golang-1.19-go and later)")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as FOLDER:
        unittest.main(argv=sys.argv[:1], verbosity=2)

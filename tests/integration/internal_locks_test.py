#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The table of the interpreter's own locks against the headers of the interpreter under test. usage: internal_locks_test.py"""
import os
import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
SKIPPED = 77  # ctest's SKIP_RETURN_CODE for these tests
FINGERPRINT = ("runtime_size", "interpreter_size", "thread_state_size")


def rows(text):
    """Each row as name -> number, from the table's source or from what list-internal-locks prints: they look alike."""
    for row in re.findall(r"\{(\.first_version[^}]*)\}", text):
        yield {name: int(value, 0) for name, value in re.findall(r"\.(\w+) = (\w+)", row)}


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def found_python():
    if os.environ.get("FTSCALE_PYTHON"):
        return os.environ["FTSCALE_PYTHON"]
    return subprocess.run([SOURCE / "scripts" / "find-python"], capture_output=True, text=True).stdout.strip()


def main():
    python = found_python() or skip("no free-threaded Python found")
    listed = subprocess.run([SOURCE / "scripts" / "list-internal-locks", python], capture_output=True, text=True)
    if listed.returncode == SKIPPED:
        skip(listed.stderr.strip())
    assert listed.returncode == 0, listed.stderr
    actual = next(rows(listed.stdout))
    table = list(rows((SOURCE / "src" / "account" / "internal_lock_rows.cpp").read_text()))
    assert len(table) > 5, "the table is read as its source writes it"
    version = actual["first_version"]
    fits = [row for row in table if row["first_version"] <= version <= row["last_version"]
            and all(row[size] == actual[size] for size in FINGERPRINT)]
    if not fits:
        skip(f"the table does not know this interpreter; its row is\n{listed.stdout}")
    assert len(fits) == 1, fits
    expected = {**fits[0], "first_version": version, "last_version": version}
    wrong = {name: (expected.get(name), actual.get(name))
             for name in {*expected, *actual} if expected.get(name) != actual.get(name)}
    assert not wrong, f"in the table, in the headers: {wrong}"
    print(f"{python}: {len(actual)} numbers agree")


if __name__ == "__main__":
    main()

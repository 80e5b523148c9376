# SPDX-License-Identifier: MIT
"""Interns strings that are new: the interpreter's table of them has one lock."""
import sys

from truth import THREADS, run_threads

TOTAL = 800_000


def intern_new(count, worker):
    for i in range(count):
        sys.intern(f"{worker} {i}")  # line: intern


run_threads([lambda i=i: intern_new(TOTAL // THREADS, i) for i in range(THREADS)])

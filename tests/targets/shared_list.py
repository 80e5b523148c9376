# SPDX-License-Identifier: MIT
"""All threads append to one list: its lock is the whole trouble."""
from truth import THREADS, run_threads

TOTAL = 4_000_000


def append_all(count, items):
    for _ in range(count):
        items.append(None)


items = []
run_threads([lambda: append_all(TOTAL // THREADS, items)] * THREADS)
assert len(items) == TOTAL // THREADS * THREADS

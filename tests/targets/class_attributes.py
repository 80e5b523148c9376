# SPDX-License-Identifier: MIT
"""Each thread counts in an attribute of a class of its own: all that the threads share is the type lock."""
from truth import THREADS, run_threads

TOTAL = 4_000_000


def count_in_class(count, cls):
    for i in range(count):
        cls.counted = i  # line: store


run_threads([lambda i=i: count_in_class(TOTAL // THREADS, type(f"Counter{i}", (), {})) for i in range(THREADS)])

# SPDX-License-Identifier: MIT
"""Counts words in as many threads as it is told: what the CI examples measure."""
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
WORDS = ["to", "be", "or", "not"] * 25_000
PARTS = 16


def count(part):
    """One part's words, in a counter of its own."""
    counts = {}
    for word in WORDS:
        counts[word] = counts.get(word, 0) + part
    return Counter(counts)


with ThreadPoolExecutor(THREADS) as pool:
    total = sum(pool.map(count, range(PARTS)), Counter())

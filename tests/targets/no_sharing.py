# SPDX-License-Identifier: MIT
"""Threads that share nothing: scales as well as the machine does."""
import time
from truth import THREADS, report, run_threads

TOTAL = 24_000_000


def compute(count):
    x = 1.0
    for _ in range(count):
        x = x * 1.0000001 + 0.5
    return x


begin = time.perf_counter()
run_threads([lambda: compute(TOTAL // THREADS)] * THREADS)
report(wall_s=time.perf_counter() - begin)

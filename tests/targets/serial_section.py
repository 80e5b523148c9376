# SPDX-License-Identifier: MIT
"""The main thread works alone for a while, then all threads share the rest. Measures both parts."""
import time
from truth import THREADS, report, run_threads


def spin_for(steps):
    x = 1.0
    for _ in range(steps):
        x = x * 1.0000001 + 0.5
    return x


def prepare_alone():
    x = 1.0
    for _ in range(7_000_000):
        x = x * 1.0000001 + 0.5
    return x


def work_together(steps):
    spin_for(steps)


begin = time.perf_counter()
prepare_alone()
alone = time.perf_counter() - begin
run_threads([lambda: work_together(16_000_000 // THREADS)] * THREADS)
report(alone_s=alone, wall_s=time.perf_counter() - begin)

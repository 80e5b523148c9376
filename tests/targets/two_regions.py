# SPDX-License-Identifier: MIT
"""Two marked regions: in one the main thread works alone, in the other all threads work."""
from _ftscale import region
from truth import THREADS, run_threads


def prepare_alone():
    x = 1.0
    for _ in range(3_000_000):
        x = x * 1.0000001 + 0.5
    return x


def work_together(steps):
    x = 1.0
    for _ in range(steps):
        x = x * 1.0000001 + 0.5
    return x


with region("alone"):
    prepare_alone()
with region("together"):
    run_threads([lambda: work_together(6_000_000 // THREADS)] * THREADS)

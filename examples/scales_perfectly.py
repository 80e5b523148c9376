# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Adds up an integral, each thread its part of the interval, and shares nothing until it is done.

Expect:  as many times faster as there are cores: 2 threads about 1.9 to 2.0, 4 threads about 3.8 to 4.0.
Cause:   none. Each thread works on numbers of its own, and hands over one result at its end.
Fix:     nothing to fix. Measure this one first: it shows what the machine itself gives. Where it stays below 1.8 at two threads, the cores
         are busy with something else, or two of them are one core's hyperthreads.
"""
import math
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
STEPS = 6_000_000


def integrate(first, end, width, sums, part):
    """The rectangles number first to end - 1 under 4 / (1 + x * x)."""
    total = 0.0
    for step in range(first, end):
        x = (step + 0.5) * width
        total += 4.0 / (1.0 + x * x)
    sums[part] = total * width


def main():
    sums = [0.0] * THREADS
    edges = [STEPS * part // THREADS for part in range(THREADS + 1)]
    threads = [
        threading.Thread(target=integrate, args=(edges[part], edges[part + 1], 1.0 / STEPS, sums, part))
        for part in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert math.isclose(sum(sums), math.pi, rel_tol=1e-9)


if __name__ == "__main__":
    main()

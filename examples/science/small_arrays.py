# SPDX-License-Identifier: MIT
"""NumPy on many small arrays from many threads: what is done for each call counts, not the arithmetic.

ROWS=16 computes so many small arrays in one call, as the rows of a larger one.
"""
import os
import threading

import numpy

try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))
ROWS = int(os.environ.get("ROWS", "1"))
TOTAL = int(1_200_000 * SIZE)


def smooth(count):
    a, b = numpy.tile(numpy.arange(8.0), (ROWS, 1)), numpy.ones(8)
    for _ in range(count // ROWS):
        a = numpy.add(numpy.multiply(a, 0.5), b)
    return a


threads = [threading.Thread(target=smooth, args=(TOTAL // THREADS,)) for _ in range(THREADS)]
with region("smooth"):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

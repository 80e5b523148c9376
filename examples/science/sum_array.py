# SPDX-License-Identifier: MIT
"""The built-in sum() of a NumPy array from a pool: each element becomes an object on the way."""
import os
from concurrent.futures import ThreadPoolExecutor

import numpy

try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))

array = numpy.arange(int(600_000 * SIZE), dtype=float)
with region("sum"), ThreadPoolExecutor(THREADS) as pool:
    total = sum(pool.map(sum, [array] * 24))
print(total)

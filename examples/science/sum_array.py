# SPDX-License-Identifier: MIT
"""The built-in sum() of NumPy arrays from a pool: each element becomes an object of its own on the way."""
import os
from concurrent.futures import ThreadPoolExecutor

import numpy

try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))

arrays = [numpy.arange(int(200_000 * SIZE), dtype=float) for _ in range(16)]
with region("sum"), ThreadPoolExecutor(THREADS) as pool:
    total = sum(pool.map(sum, arrays))
print(total)

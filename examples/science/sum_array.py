# SPDX-License-Identifier: MIT
"""The built-in sum() of NumPy arrays from a pool: each element becomes an object of its own on the way."""
import os
from concurrent.futures import ThreadPoolExecutor

import numpy

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))

arrays = [numpy.arange(int(200_000 * SIZE), dtype=float) for _ in range(16)]
with ThreadPoolExecutor(THREADS) as pool:
    print(sum(pool.map(sum, arrays)))

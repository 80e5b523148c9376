# SPDX-License-Identifier: MIT
"""Matrix products in a pool, while BLAS has threads of its own: twice as many as there are CPUs. BLAS_THREADS=1 leaves it at ours."""
import os

# What ftscale sets for each thread count, and most people do not.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.pop(name, None)
if "BLAS_THREADS" in os.environ:
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["BLAS_THREADS"]

from concurrent.futures import ThreadPoolExecutor

import numpy

try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))
N = int(200 * SIZE) + 120


def product(seed):
    a = numpy.random.default_rng(seed).normal(size=(N, N))
    for _ in range(12):
        a = a @ a
        a /= numpy.abs(a).max()
    return a[0, 0]


with region("products"), ThreadPoolExecutor(THREADS) as pool:
    total = sum(pool.map(product, range(32)))
print(f"{total:.8f}")

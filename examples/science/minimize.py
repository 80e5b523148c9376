# SPDX-License-Identifier: MIT
"""SciPy's minimize from many starting points, by a pool: a Python function is called at every step.

BLAS_THREADS=1 keeps OpenBLAS, which has threads of its own, from starting any.
"""
import os

if "BLAS_THREADS" in os.environ:
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["BLAS_THREADS"]

from concurrent.futures import ThreadPoolExecutor

import numpy
from scipy.optimize import minimize

try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))


def valley(x):
    return float(numpy.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2))


def search(seed):
    return minimize(valley, numpy.random.default_rng(seed).normal(size=8), method="L-BFGS-B").fun


with region("search"), ThreadPoolExecutor(THREADS) as pool:
    best = min(pool.map(search, range(int(40 * SIZE) + 4)))
print(f"{best:.6f}")

# SPDX-License-Identifier: MIT
"""Linear algebra in a pool, while BLAS has threads of its own: OPERATION is solve, svd, eigh, qr, lstsq or inv. BLAS_THREADS=1 leaves it at ours."""
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
ROUNDS, N, OPERATION = {  # times; the matrix is N x N
    "solve": (35, 220, lambda a: numpy.linalg.solve(a, a.T[:, :8])),
    "svd": (10, 120, lambda a: numpy.linalg.svd(a)[1]),
    "eigh": (16, 110, lambda a: numpy.linalg.eigh(a + a.T)[0]),
    "qr": (18, 180, lambda a: numpy.linalg.qr(a)[1]),
    "lstsq": (8, 130, lambda a: numpy.linalg.lstsq(a, a.T[:, :8], rcond=None)[0]),
    "inv": (20, 160, numpy.linalg.inv),
}[os.environ.get("OPERATION", "svd")]


def repeat(seed):
    a = numpy.random.default_rng(seed).normal(size=(N, N)) + N * numpy.eye(N)
    for _ in range(int(ROUNDS * SIZE) + 1):
        result = OPERATION(a)
    return numpy.abs(result).sum()


with region("algebra"), ThreadPoolExecutor(THREADS) as pool:
    total = sum(pool.map(repeat, range(32)))
print(f"{total:.4f}")

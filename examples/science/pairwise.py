# SPDX-License-Identifier: MIT
"""Distances by a metric that is a Python function, on threads (scikit-learn issue 29587).

LOOP=own computes them without scikit-learn's check of every row.
"""
import os
from concurrent.futures import ThreadPoolExecutor

import numpy
from joblib import parallel_config
from sklearn.metrics import pairwise_distances

try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))


def metric(a, b):
    return float(numpy.abs(a - b).max())


def rows(first):
    return [[metric(X[i], X[j]) for j in range(len(X))] for i in range(first, len(X), THREADS)]


X = numpy.random.default_rng(0).normal(size=(int(600 * SIZE) + 20, 16))
with parallel_config(backend="threading"), ThreadPoolExecutor(THREADS) as pool, region("distances"):
    if os.environ.get("LOOP") == "own":
        total = sum(sum(row) for part in pool.map(rows, range(THREADS)) for row in part)
    else:
        total = pairwise_distances(X, metric=metric, n_jobs=THREADS).sum()
print(f"{total:.3f}")

# SPDX-License-Identifier: MIT
"""Distances by a metric that is a Python function, on threads (scikit-learn issue 29587)."""
import os

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


X = numpy.random.default_rng(0).normal(size=(int(300 * SIZE) + 20, 16))
with parallel_config(backend="threading"), region("distances"):
    distances = pairwise_distances(X, metric=metric, n_jobs=THREADS)
print(f"{distances.sum():.3f}")

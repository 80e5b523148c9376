# SPDX-License-Identifier: MIT
"""Fits of scikit-learn's models that OpenMP makes parallel by itself, in a pool: MODEL is kmeans or boosting. OMP_THREADS=1 leaves it at ours."""
import os

# What ftscale sets for each thread count, and most people do not.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.pop(name, None)
if "OMP_THREADS" in os.environ:
    os.environ["OMP_NUM_THREADS"] = os.environ["OMP_THREADS"]

from concurrent.futures import ThreadPoolExecutor

from sklearn.cluster import KMeans
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier

try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))
X, Y = make_classification(2000, 20, random_state=0)


def cluster(seed):
    return KMeans(6, n_init=4, max_iter=40, random_state=seed).fit(X).inertia_


def boost(seed):
    return HistGradientBoostingClassifier(max_iter=12, random_state=seed).fit(X, Y).score(X, Y)


fit = {"kmeans": cluster, "boosting": boost}[os.environ.get("MODEL", "kmeans")]
with region("fits"), ThreadPoolExecutor(THREADS) as pool:
    total = sum(pool.map(fit, range(int(20 * SIZE) + 2)))
print(f"{total:.3f}")

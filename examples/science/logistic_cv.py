# SPDX-License-Identifier: MIT
"""LogisticRegressionCV on threads (scikit-learn pull request 34659).

BLAS_THREADS=1 keeps OpenBLAS, which has threads of its own, from starting any.
"""
import os
import warnings

if "BLAS_THREADS" in os.environ:
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["BLAS_THREADS"]

from joblib import parallel_config
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegressionCV

warnings.simplefilter("ignore")  # of solvers that would like more iterations
try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))

X, y = make_classification(n_samples=int(10_000 * SIZE) + 200, n_features=30, n_informative=15, n_classes=3, random_state=0)
with parallel_config(backend="threading"), region("fit"):
    model = LogisticRegressionCV(Cs=8, cv=8, max_iter=60, n_jobs=THREADS).fit(X, y)
print(f"{model.score(X, y):.4f}")

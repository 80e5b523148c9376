# SPDX-License-Identifier: MIT
"""The same grid search by hand: a thread pool over all parameters and folds."""
import os
import warnings
from concurrent.futures import ThreadPoolExecutor

from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import ParameterGrid, StratifiedKFold

warnings.showwarning = lambda *words: None  # threads miss warning filters that another has taken away (scikit-learn 1.8)
try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))

X, y = make_classification(n_samples=int(2500 * SIZE) + 100, n_features=20, n_informative=10, random_state=0)
grid = ParameterGrid({"max_depth": [4, 8], "min_samples_leaf": [1, 4], "n_estimators": [20]})
folds = list(StratifiedKFold(4).split(X, y))
forest = RandomForestClassifier(random_state=0, n_jobs=1)


def score(task):
    parameters, (train, test) = task
    return clone(forest).set_params(**parameters).fit(X[train], y[train]).score(X[test], y[test])


with region("search"), ThreadPoolExecutor(THREADS) as pool:
    scores = list(pool.map(score, [(parameters, fold) for parameters in grid for fold in folds]))
print(f"{sum(scores) / len(scores):.4f}")

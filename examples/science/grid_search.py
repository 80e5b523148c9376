# SPDX-License-Identifier: MIT
"""A grid search on threads: scikit-learn's GridSearchCV with joblib's threading backend, told how many jobs to run at once.

REFIT=0 leaves out fitting the best candidate once more, which is done by one thread. BACKEND=loky runs it on processes.
"""
import os
import warnings

from joblib import parallel_config
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV

warnings.showwarning = lambda *words: None  # threads miss warning filters that another has taken away (scikit-learn 1.8)
try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))

X, y = make_classification(n_samples=int(2500 * SIZE) + 100, n_features=20, n_informative=10, random_state=0)
grid = {"max_depth": [4, 8], "min_samples_leaf": [1, 4], "n_estimators": [20]}
search = GridSearchCV(RandomForestClassifier(random_state=0, n_jobs=1), grid, cv=4, n_jobs=THREADS, refit=os.environ.get("REFIT") != "0")

with parallel_config(backend=os.environ.get("BACKEND", "threading")), region("search"):
    search.fit(X, y)
print(f"{search.cv_results_['mean_test_score'].max():.4f}")

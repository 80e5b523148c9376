# SPDX-License-Identifier: MIT
"""The same work by joblib's threads and by its processes. usage: joblib_backends.py BACKEND"""
import sys

from joblib import Parallel, delayed

from web_application import work


def main():
    for _ in range(2):
        print(Parallel(n_jobs=2, backend=sys.argv[1])(delayed(work)(100_000 + 1000 * part) for part in range(20)))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""pandas: group and add up the parts of a table by a pool.

COLUMNS=own gives each part an index of its columns of its own, instead of the table's.
"""
import os
from concurrent.futures import ThreadPoolExecutor

import numpy
import pandas

try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))
ROWS = int(400_000 * SIZE) + 1000

random = numpy.random.default_rng(0)
table = pandas.DataFrame({"shop": random.integers(0, 500, ROWS), "price": random.normal(size=ROWS)})
parts = [table.iloc[begin::16].copy() for begin in range(16)]
if os.environ.get("COLUMNS") == "own":
    for part in parts:
        part.columns = list(part.columns)


def total(part):
    for _ in range(8):
        sums = part.groupby("shop")["price"].agg(["sum", "mean", "std"])
    return sums["sum"].sum()


with region("groups"), ThreadPoolExecutor(THREADS) as pool:
    result = sum(pool.map(total, parts))
print(f"{result:.3f}")

# SPDX-License-Identifier: MIT
"""A load as of a web service: parse JSON, look something up, count, answer in JSON.

COUNT=item reads the count by hits[user] instead of hits.get(user); COUNT=own counts in each thread and adds up at the end.
"""
import collections
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor

try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))
COUNT = os.environ.get("COUNT", "get")
REQUEST = json.dumps({"user": 7, "items": [{"id": number, "price": number * 1.5} for number in range(40)]})
CHUNK = 50

hits = {7: 0}
lock = threading.Lock()


def count(user, own):
    if COUNT == "own":
        own[user] += 1
        return
    with lock:
        hits[user] = (hits[user] if COUNT == "item" else hits.get(user, 0)) + 1


def handle(text, own):
    request = json.loads(text)
    count(request["user"], own)
    total = sum(item["price"] for item in request["items"])
    return json.dumps({"user": request["user"], "total": total})


def handle_some(requests):
    own = collections.Counter()
    size = sum(len(handle(REQUEST, own)) for _ in range(requests))
    with lock:
        for user, times in own.items():
            hits[user] += times
    return size


with region("requests"), ThreadPoolExecutor(THREADS) as pool:
    total = sum(pool.map(handle_some, [CHUNK] * int(800 * SIZE)))
print(total, hits[7])

# SPDX-License-Identifier: MIT
"""A load as of a web service: parse JSON, look something up, count, answer in JSON."""
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
REQUEST = json.dumps({"user": 7, "items": [{"id": number, "price": number * 1.5} for number in range(40)]})
CHUNK = 50

hits = {}
lock = threading.Lock()


def handle(text):
    request = json.loads(text)
    with lock:
        hits[request["user"]] = hits.get(request["user"], 0) + 1
    total = sum(item["price"] for item in request["items"])
    return json.dumps({"user": request["user"], "total": total})


def handle_some(count):
    return sum(len(handle(REQUEST)) for _ in range(count))


with region("requests"), ThreadPoolExecutor(THREADS) as pool:
    total = sum(pool.map(handle_some, [CHUNK] * int(320 * SIZE)))
print(total)

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""../one_lock.py with the arithmetic done before the lock is taken."""
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
ORDERS = 300


def in_threads(function, arguments):
    threads = [threading.Thread(target=function, args=words) for words in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def compute(steps):
    price = 1.0
    for _ in range(steps):
        price = price * 1.0000001 + 0.5
    return price


def book(orders, lock, total):
    for _ in range(orders):
        compute(8_000)
        price = compute(32_000)
        with lock:
            total[0] += price


def main():
    lock = threading.Lock()
    total = [0.0]
    edges = [ORDERS * part // THREADS for part in range(THREADS + 1)]
    in_threads(book, [(edges[part + 1] - edges[part], lock, total) for part in range(THREADS)])
    assert total[0] > 0.0


if __name__ == "__main__":
    main()

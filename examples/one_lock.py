# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Books orders; four fifths of each booking happen while holding one lock.

Expect:  never more than 1.25 times faster, with however many threads: the lock is held for 80 % of the work, and 1 / 0.8 = 1.25.
Cause:   book() does its arithmetic under the lock, though only the last line needs it. The report names a lock of kind
         `threading.Lock`, waited for in book() and held by book().
Fix:     compute first, take the lock for the update alone; or let each thread keep totals of its own and add them up at the end.
"""
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
ORDERS = 300


def compute(steps):
    price = 1.0
    for _ in range(steps):
        price = price * 1.0000001 + 0.5
    return price


def book(orders, lock, total):
    for _ in range(orders):
        compute(8_000)
        with lock:
            price = compute(32_000)
            total[0] += price


def main():
    lock = threading.Lock()
    total = [0.0]
    edges = [ORDERS * part // THREADS for part in range(THREADS + 1)]
    threads = [
        threading.Thread(target=book, args=(edges[part + 1] - edges[part], lock, total)) for part in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert total[0] > 0.0


if __name__ == "__main__":
    main()

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The main thread prepares alone, 30 % of the work; then all threads share the rest.

Expect:  Amdahl's law with a serial fraction of 0.3: 1.54 times faster at 2 threads, 2.1 at 4, never more than 3.3.
Cause:   while prepare() runs, every other core is idle. The report shows these slots as `serial`, charged to prepare().
Fix:     make the preparation parallel, overlap it with the threads' work, or do less of it.
"""
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
STEPS = 12_000_000


def prepare(steps):
    x = 1.0
    for _ in range(steps):
        x = x * 1.0000001 + 0.5
    return x


def share(steps, start):
    x = start
    for _ in range(steps):
        x = x * 1.0000001 + 0.5


def main():
    start = prepare(STEPS * 3 // 10)
    threads = [threading.Thread(target=share, args=(STEPS * 7 // 10 // THREADS, start)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""../starved_queue.py with a producer in each thread, which works on what it has made."""
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
TASKS = 400


def in_threads(function, arguments):
    threads = [threading.Thread(target=function, args=words) for words in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def produce_and_work(tasks):
    x = 1.0
    for _ in range(tasks):
        for _ in range(21_000):
            x = x * 1.0000001 + 0.5
        for _ in range(9_000):
            x = x * 1.0000001 + 0.5


def main():
    in_threads(produce_and_work, [(TASKS // THREADS,)] * THREADS)


if __name__ == "__main__":
    main()

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""../garbage.py with the cycle broken when a tree is done with: nothing is left to collect."""
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
ROWS = 200_000
TREES = 1_600_000


def in_threads(function, arguments):
    threads = [threading.Thread(target=function, args=words) for words in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def grow(trees):
    for _ in range(trees):
        parent = []
        child = [parent]
        parent.append(child)
        parent.clear()


def main():
    table = [[row] for row in range(ROWS)]
    in_threads(grow, [(TREES // THREADS,)] * THREADS)
    assert len(table) == ROWS


if __name__ == "__main__":
    main()

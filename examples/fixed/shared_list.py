# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""../shared_list.py with a list for each thread, joined at the end."""
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
TOTAL = 4_000_000


def in_threads(function, arguments):
    threads = [threading.Thread(target=function, args=words) for words in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def collect(first, end, found):
    for number in range(first, end):
        found.append(number % 97)


def main():
    parts = [[] for _ in range(THREADS)]
    edges = [TOTAL * part // THREADS for part in range(THREADS + 1)]
    in_threads(collect, [(edges[part], edges[part + 1], parts[part]) for part in range(THREADS)])
    found = []
    for part in parts:
        found += part
    assert len(found) == TOTAL


if __name__ == "__main__":
    main()

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Takes the remainders of many numbers; all threads append them to one list.

Expect:  no gain from any number of threads: 2 threads take as long as one, or longer.
Cause:   each append takes the list's own lock, and it is always the same list. The threads wait for each other, and the list's lock and
         reference count travel from core to core. The report names a lock of kind `object`, type `list`; collect() both waits for it and
         makes the others wait.
Fix:     let each thread append to a list of its own, and join the lists at the end.
"""
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
TOTAL = 4_000_000


def collect(first, end, found):
    for number in range(first, end):
        found.append(number % 97)


def main():
    found = []
    edges = [TOTAL * part // THREADS for part in range(THREADS + 1)]
    threads = [
        threading.Thread(target=collect, args=(edges[part], edges[part + 1], found)) for part in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == TOTAL


if __name__ == "__main__":
    main()

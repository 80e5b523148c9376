# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Makes trees whose nodes know their parents, while a large table is alive: only collections free them, and each looks at the whole table.

Expect:  about 1.2 times faster at 2 threads, and never more than 1.7: collecting takes 60 % of the time at one thread, and 1 / 0.6 = 1.67.
Cause:   parent and child refer to each other, so counting references never frees them. A collection does; it stops all threads meanwhile,
         and takes its time, for it looks at each row of the table, too. The report shows `stop_the_world`, and below STOP-THE-WORLD AND
         COLLECTIONS that grow() asked for it and triggered the collections.
Fix:     break the cycle when a tree is done with (parent.clear()), or refer to parents by weakref: nothing is left to collect. Where that
         is not possible, collect less often: gc.set_threshold(1_000_000).
"""
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
ROWS = 200_000
TREES = 1_600_000


def grow(trees):
    for _ in range(trees):
        parent = []
        child = [parent]
        parent.append(child)


def main():
    table = [[row] for row in range(ROWS)]
    threads = [threading.Thread(target=grow, args=(TREES // THREADS,)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(table) == ROWS


if __name__ == "__main__":
    main()

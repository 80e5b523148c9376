# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""One thread fills a queue, the others empty it faster than it fills.

Expect:  1.4 times faster at 2 threads, and no faster with more: the producer needs 70 % of the whole work, and 1 / 0.7 = 1.43.
Cause:   while the workers wait in queue.get(), produce() is all that runs. The report shows the empty slots as `serial`, charged to
         produce(), and in its list of threads that the workers are `starved`.
Fix:     produce in more than one thread, move work from the producer to the workers, or use fewer threads: more workers cannot help.
"""
import os
import queue
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
TASKS = 400


def produce(tasks):
    x = 1.0
    for _ in range(TASKS):
        for _ in range(21_000):
            x = x * 1.0000001 + 0.5
        tasks.put(9_000)


def work(tasks):
    x = 1.0
    while (steps := tasks.get()) is not None:
        for _ in range(steps):
            x = x * 1.0000001 + 0.5


def main():
    tasks = queue.Queue()
    workers = [threading.Thread(target=work, args=(tasks,)) for _ in range(THREADS - 1)]
    for worker in workers:
        worker.start()
    produce(tasks)
    for _ in range(THREADS):
        tasks.put(None)
    work(tasks)  # this thread is one of the THREADS, and helps with what is left; at one thread that is everything
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()

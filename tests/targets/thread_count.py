# SPDX-License-Identifier: MIT
"""Ways to heed the thread count, and not to: thread_count.py WAY [OPTIONS]. Each function below says what its way does with the count."""
import argparse
import threading
from truth import THREADS, run_threads

STEPS = 10_000_000


def spin_for(steps):
    x = 1.0
    for _ in range(steps):
        x = x * 1.0000001 + 0.5
    return x


def in_threads(count, steps):
    run_threads([lambda: spin_for(steps)] * count)


def option(workers):
    """Ignores it: as many threads as an option says, which nobody gives."""
    in_threads(workers, STEPS // workers)


def serial(workers):
    """Ignores it: no thread at all."""
    spin_for(STEPS)


def pool(workers, threads=4):
    """Ignores it: four threads, which begin when all are there."""
    begin = threading.Barrier(threads)

    def work():
        begin.wait()
        spin_for(2 * STEPS // threads)
    run_threads([work] * threads)


def each(workers):
    """Heeds it, but each thread does the whole work."""
    run_threads([whole_work] * THREADS)


def whole_work():
    total = 0
    for number in range(STEPS):
        total += number % 7
        if total > 1000:
            total -= 1000
    return total


def divided(workers):
    """Heeds it."""
    in_threads(THREADS, STEPS // THREADS)


def imbalance(workers):
    """Heeds it, but one of the threads does all of the work."""
    run_threads([lambda: spin_for(STEPS)] + [lambda: spin_for(1)] * (THREADS - 1))


def locked(workers, lock=threading.Lock()):
    """Heeds it, but all of the work is done under one lock."""
    def work():
        for _ in range(20):
            with lock:
                spin_for(STEPS // 20 // THREADS)
    run_threads([work] * THREADS)


def starved(workers):
    """Heeds it, but the threads wait for the first to end."""
    ready = threading.Event()

    def work():
        spin_for(STEPS)
        ready.set()
    run_threads([work] + [ready.wait] * (THREADS - 1))


def short(workers):
    """Heeds it in threads that live for a moment, after a long time alone."""
    spin_for(STEPS)
    in_threads(THREADS, 1000 // THREADS)


def partly(workers):
    """Heeds it in a half of the work."""
    spin_for(STEPS // 2)
    in_threads(THREADS, STEPS // 2 // THREADS)


def tasks(workers):
    """Heeds it: as many threads at each count, of which as many as the count run at a time."""
    slots = threading.Semaphore(THREADS)

    def work():
        with slots:
            spin_for(STEPS // 12)
    run_threads([work] * 12)


def processes(workers):
    """Heeds it in processes."""
    import multiprocessing  # not for all: imports take time of their own
    with multiprocessing.get_context("spawn").Pool(THREADS) as pool:
        pool.map(spin_for, [STEPS // 4] * 4)


def marked(workers):
    """Heeds it outside of the part that is marked."""
    from _ftscale import region
    with region("alone"):
        spin_for(STEPS)
    in_threads(THREADS, STEPS // 4 // THREADS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("way")
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    globals()[arguments.way](arguments.workers)

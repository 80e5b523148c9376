# SPDX-License-Identifier: MIT
"""Threads sleep at one line, wait for a lock at the next, and compute at another, in one function: of the three the sleeps take the least time."""
import threading
import time
from truth import THREADS, run_threads

LOCK = threading.Lock()


def spin_for(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def work(rounds, sleep=time.sleep, spin=spin_for, lock=LOCK):
    for _ in range(rounds):
        sleep(0.004 * (THREADS - 1))  # line: sleep
        with lock:  # line: lock
            spin(0.012)


run_threads([lambda: work(24 // THREADS)] * THREADS)

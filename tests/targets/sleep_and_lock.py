# SPDX-License-Identifier: MIT
"""Threads sleep at one line and compute under a lock at another, of the same function: most of what is lost is lost at the second, but no sleep."""
import threading
import time
from truth import THREADS, run_threads

LOCK = threading.Lock()


def work(rounds, sleep=time.sleep, now=time.perf_counter, lock=LOCK):
    for _ in range(rounds):
        sleep(0.008 * (THREADS - 1))  # line: sleep
        with lock:
            end = now() + 0.005
            while now() < end: pass  # line: compute


run_threads([lambda: work(60 // THREADS)] * THREADS)

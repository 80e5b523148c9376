# SPDX-License-Identifier: MIT
"""Two locks, one held about three times as long as the other, by two functions. Each thread measures its own waits."""
import threading
import time
from truth import THREADS, report, run_threads

ROUNDS = 240


def busy(steps):
    total = 0
    for i in range(steps):
        total += i
    return total


def use_long(lock, clock=time.perf_counter):
    begin = clock()
    with lock:
        waited = clock() - begin
        busy(30_000)
    return waited


def use_short(lock, clock=time.perf_counter):
    begin = clock()
    with lock:
        waited = clock() - begin
        busy(10_000)
    return waited


def work(rounds, long_lock, short_lock, waits):
    long_s = short_s = 0.0
    for _ in range(rounds):
        long_s += use_long(long_lock)
        busy(4_000)
        short_s += use_short(short_lock)
        busy(4_000)
    waits.append((long_s, short_s))


waits = []
long_lock, short_lock = threading.Lock(), threading.Lock()
run_threads([lambda: work(ROUNDS // THREADS, long_lock, short_lock, waits)] * THREADS)
report(long_s=sum(w[0] for w in waits), short_s=sum(w[1] for w in waits))

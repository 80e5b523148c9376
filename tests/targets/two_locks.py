# SPDX-License-Identifier: MIT
"""Two locks, one held about half again as long as the other, by two functions. Each thread measures its own waits.

Which lock a thread takes next is drawn beforehand: taken in turns, two threads would soon pass each other without a wait."""
import random
import threading
import time
from truth import THREADS, report, run_threads

ROUNDS = 600


def busy(steps):
    total = 0
    for i in range(steps):
        total += i
    return total


def use_long(lock, clock=time.perf_counter):
    begin = clock()
    with lock:
        waited = clock() - begin
        busy(24_000)
    return waited


def use_short(lock, clock=time.perf_counter):
    begin = clock()
    with lock:
        waited = clock() - begin
        busy(15_000)
    return waited


def work(choices, long_lock, short_lock, waits):
    long_s = short_s = 0.0
    for takes_long in choices:
        if takes_long:
            long_s += use_long(long_lock)
        else:
            short_s += use_short(short_lock)
    waits.append((long_s, short_s))


waits = []
long_lock, short_lock = threading.Lock(), threading.Lock()
draw = random.Random(1)
plans = [[draw.random() < 0.5 for _ in range(ROUNDS // THREADS)] for _ in range(THREADS)]
run_threads([lambda plan=plan: work(plan, long_lock, short_lock, waits) for plan in plans])
report(long_s=sum(w[0] for w in waits), short_s=sum(w[1] for w in waits))

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Locks of the script's own. The threads time their waits themselves."""
import random
import threading
import time
from functools import partial

from planted.case import LOCK, MEASURED, Cause, Plan, plant


def busy(steps):
    total = 0
    for i in range(steps):
        total += i
    return total


def user_lock(*places, types=("_thread.lock", "lock"), **options):
    return Cause(LOCK, places, types=types, lock="threading.Lock", **options)


def hold_briefly(steps, lock, waits, clock=time.perf_counter):
    waited = 0.0
    for _ in range(steps):
        begin = clock()
        lock.acquire()  # cause
        waited += clock() - begin
        busy(100)
        lock.release()
        busy(100)
    waits.append(waited)


def hold_long(steps, lock, waits, clock=time.perf_counter):
    waited = 0.0
    for _ in range(steps):
        begin = clock()
        with lock:  # cause
            waited += clock() - begin
            busy(20_000)
        busy(8_000)
    waits.append(waited)


def timed_by_threads(body, lock, threads):
    waits = [[] for _ in range(threads)]
    return Plan([partial(body, lock=lock, waits=own) for own in waits], costs=lambda: [sum(map(sum, waits))])


SHORT, LONG = user_lock(hold_briefly), user_lock(hold_long)


@plant("short_lock", SHORT, truth=MEASURED)
def short_lock(threads, planted):
    return timed_by_threads(hold_briefly, threading.Lock(), threads)


@plant("long_lock", LONG, truth=MEASURED)
def long_lock(threads, planted):
    return timed_by_threads(hold_long, threading.Lock(), threads)


@plant("rlock", user_lock(hold_long, types=("_thread.RLock", "RLock")), truth=MEASURED)
def reentrant_lock(threads, planted):
    return timed_by_threads(hold_long, threading.RLock(), threads)


def use_first(lock, clock=time.perf_counter):
    begin = clock()
    with lock:  # cause
        waited = clock() - begin
        busy(24_000)
    return waited


def use_second(lock, clock=time.perf_counter):
    begin = clock()
    with lock:  # cause
        waited = clock() - begin
        busy(10_000)
    return waited


def use_either(steps, locks, draw, waits):
    # Taken in turns, two threads would soon pass each other without a wait.
    for _ in range(steps):
        if draw() < 0.5:
            waits[0] += use_first(locks[0])
        else:
            waits[1] += use_second(locks[1])


@plant("two_locks", user_lock(use_first, by_lock=True), user_lock(use_second, by_lock=True), truth=MEASURED)
def two_locks(threads, planted):
    locks = threading.Lock(), threading.Lock()
    waits = [[0.0, 0.0] for _ in range(threads)]
    bodies = [partial(use_either, locks=locks, draw=random.Random(seed).random, waits=own) for seed, own in enumerate(waits)]
    return Plan(bodies, costs=lambda: [sum(column) for column in zip(*waits)])

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Threads that have nothing to do: somebody works alone, or all wait for something outside.

Strong scaling: what all threads wait for takes as long as with one thread."""
import os
import queue
import threading
import time
from functools import partial

from planted.case import MEASURED, OFF_CPU, STRONG, Cause, Plan, plant
from planted.interpreter import count_up


class Stopwatch:
    def __init__(self):
        self.total_s = 0.0

    def time(self, function, *arguments):
        begin = time.perf_counter()
        function(*arguments)
        self.total_s += time.perf_counter() - begin


def prepare_alone(steps):
    x = 1.0
    for _ in range(steps):
        x = x * 1.0000001 + 0.5  # cause
    return x


SERIAL_SECTION = Cause(("serial",), (prepare_alone,))


def plan_serial_section(threads, planted, share=0.3):
    watch = Stopwatch()
    return Plan([count_up] * threads, first=lambda steps: watch.time(prepare_alone, int(share * steps)),
                costs=lambda: [(threads - 1) * watch.total_s])


plant("serial_section", SERIAL_SECTION, truth=MEASURED, scaling=STRONG)(plan_serial_section)


def work_longest(steps):
    x = 1.0
    for _ in range(steps):
        x = x * 1.0000001 + 0.5  # cause
    return x


# One thread gets three times the work of another, and goes on alone.
@plant("uneven_split", Cause(("serial",), (work_longest,)), truth=MEASURED, scaling=STRONG)
def uneven_split(threads, planted):
    ends = []

    def work_long(steps):
        work_longest(steps * threads - (steps // 2) * (threads - 1))
        ends[-1].append(time.perf_counter())

    def work_short(steps):
        count_up(steps // 2)
        ends[-1].append(time.perf_counter())
    return Plan([work_long] + [work_short] * (threads - 1), pieces=0, before=lambda: ends.append([]),
                costs=lambda: [sum(max(round) - end for round in ends for end in round)])


def feed_by_computing(steps, tasks, consumers):
    for _ in range(max(1, steps // 20_000)):
        prepare_alone(20_000)
        tasks.put(None)
    for _ in range(consumers):
        tasks.put(False)


def consume(tasks):
    while tasks.get() is None:  # cause
        count_up(2000)


# The producer cannot keep up: one slot is its own, the others are empty for want of more producers.
@plant("slow_producer", Cause(("serial",), (prepare_alone,), rules=("serial", "starved")), truth=OFF_CPU, scaling=STRONG)
def slow_producer(threads, planted):
    tasks = queue.Queue()
    consumers = [lambda steps: consume(tasks)] * (threads - 1)
    return Plan([lambda steps: feed_by_computing(steps * threads, tasks, threads - 1)] + consumers, pieces=0)


class Ticker:
    """Another process that writes a byte every two milliseconds, as fast as a slow device."""
    COMMAND = "for i in $(seq 60); do sleep 0.002; printf x; done"

    def start(self):
        self.reading, writing = os.pipe()
        self.process = os.posix_spawn("/bin/sh", ["sh", "-c", self.COMMAND], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)])
        os.close(writing)

    def stop(self):
        os.close(self.reading)
        os.waitpid(self.process, 0)


def read_ticks(ticker):
    while os.read(ticker.reading, 1):  # cause
        count_up(500)


# The main thread, which joins the others, waits as well.
@plant("shared_pipe", Cause(("io",), (read_ticks,), along=("starved",)), truth=OFF_CPU, scaling=STRONG)
def shared_pipe(threads, planted):
    ticker = Ticker()
    return Plan([lambda steps: read_ticks(ticker)] * threads, pieces=0, before=ticker.start, after=ticker.stop)


def wait_for_task(tasks):
    while tasks.get() is None:  # cause
        count_up(500)


def feed_by_reading(ticker, tasks, consumers):
    ticker.start()
    while os.read(ticker.reading, 1):
        tasks.put(None)
    for _ in range(consumers):
        tasks.put(False)
    ticker.stop()


# Whoever hands out the work waits for a device, and the threads wait for work.
@plant("starved_queue", Cause(("starved",), (wait_for_task,), along=("io",)), truth=OFF_CPU, scaling=STRONG)
def starved_queue(threads, planted):
    tasks = queue.Queue()

    def feed(steps):
        threading.Thread(target=feed_by_reading, args=(Ticker(), tasks, threads), name="feeder").start()
    return Plan([lambda steps: wait_for_task(tasks)] * threads, first=feed, pieces=0)


def compute_and_sleep(steps, watch):
    count_up(steps)
    watch.time(time.sleep, 0.05)


@plant("sleep", Cause(("sleep",), (Stopwatch.time,), along=("starved",)), truth=MEASURED, scaling=STRONG)
def sleeping(threads, planted):
    watches = [Stopwatch() for _ in range(threads)]
    return Plan([partial(compute_and_sleep, watch=watch) for watch in watches], pieces=0,
                costs=lambda: [sum(watch.total_s for watch in watches)])

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

    def stop():
        ends.append(time.perf_counter())

    def long(steps):
        work_longest(steps * threads - (steps // 2) * (threads - 1))
        stop()

    def short(steps):
        count_up(steps // 2)
        stop()
    return Plan([long] + [short] * (threads - 1), in_pieces=False, costs=lambda: [sum(max(ends) - end for end in ends)])


def feed_by_computing(steps, tasks, consumers):
    for _ in range(max(1, steps // 2000)):
        prepare_alone(2000)
        tasks.put(None)
    for _ in range(consumers):
        tasks.put(False)


def consume(tasks):
    while tasks.get() is None:  # cause
        count_up(200)


# The producer cannot keep up: one slot is its own, the others are empty for want of more producers.
@plant("slow_producer", Cause(("serial",), (prepare_alone,), rules=("serial", "starved")), truth=OFF_CPU, scaling=STRONG)
def slow_producer(threads, planted):
    tasks = queue.Queue()
    consumers = [lambda steps: consume(tasks)] * (threads - 1)
    return Plan([lambda steps: feed_by_computing(steps * threads, tasks, threads - 1)] + consumers, in_pieces=False)


class Ticker:
    """Another process that writes a byte every two milliseconds, as fast as a slow device."""

    def __init__(self, ticks):
        self.reading, writing = os.pipe()
        self.process = os.posix_spawn("/bin/sh", ["sh", "-c", f"for i in $(seq {ticks}); do sleep 0.002; printf x; done"], os.environ,
                                      file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1), (os.POSIX_SPAWN_CLOSE, self.reading)])
        os.close(writing)

    def stop(self):
        os.close(self.reading)
        os.waitpid(self.process, 0)


def read_ticks(descriptor):
    while os.read(descriptor, 1):  # cause
        count_up(500)


# The main thread, which joins the others, waits as well.
@plant("shared_pipe", Cause(("io",), (read_ticks,), along=("starved",)), truth=OFF_CPU, scaling=STRONG)
def shared_pipe(threads, planted):
    ticker = Ticker(60)
    return Plan([lambda steps: read_ticks(ticker.reading)] * threads, in_pieces=False, last=ticker.stop)


def wait_for_task(tasks):
    while tasks.get() is None:  # cause
        count_up(500)


def feed_by_reading(descriptor, tasks, consumers):
    while os.read(descriptor, 1):
        tasks.put(None)
    for _ in range(consumers):
        tasks.put(False)


# Whoever hands out the work waits for a device, and the threads wait for work.
@plant("starved_queue", Cause(("starved",), (wait_for_task,), along=("io",)), truth=OFF_CPU, scaling=STRONG)
def starved_queue(threads, planted):
    ticker, tasks = Ticker(60), queue.Queue()
    feeder = threading.Thread(target=feed_by_reading, args=(ticker.reading, tasks, threads), name="feeder")

    def stop():
        feeder.join()
        ticker.stop()
    return Plan([lambda steps: wait_for_task(tasks)] * threads, first=lambda steps: feeder.start(), in_pieces=False, last=stop)


def compute_and_sleep(steps, watch):
    count_up(steps)
    watch.time(time.sleep, 0.05)


@plant("sleep", Cause(("sleep",), (Stopwatch.time,), along=("starved",)), truth=MEASURED, scaling=STRONG)
def sleeping(threads, planted):
    watches = [Stopwatch() for _ in range(threads)]
    return Plan([partial(compute_and_sleep, watch=watch) for watch in watches], in_pieces=False,
                costs=lambda: [sum(watch.total_s for watch in watches)])

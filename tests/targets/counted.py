# SPDX-License-Identifier: MIT
"""Threads that fault pages in, that are switched, and that compute, each in a function of its own; how often is what the kernel says of the
process meanwhile, and `perf stat`, where there is one."""
import mmap
import os
import resource
import signal
import subprocess
import time

import _ftscale
from truth import THREADS, report, run_threads

PAGES = 100_000  # in all; each is touched once
SWITCHES = 2_000
PAGE = mmap.PAGESIZE
EVENTS = "page-faults,context-switches,cpu-migrations,task-clock"


def touch(pages, mmap=mmap.mmap, page=PAGE):
    while pages > 0:
        part = min(pages, 256)
        memory = mmap(-1, part * page)
        for offset in range(0, part * page, page):
            memory[offset] = 1
        memory.close()
        pages -= part


def give_way(times, sleep=time.sleep):
    for _ in range(times):
        sleep(0.0001)


def compute(count):
    total = 0
    for i in range(count):
        total += i
    return total


def body():
    touch(PAGES // THREADS)
    give_way(SWITCHES // THREADS)
    compute(6_000_000 // THREADS)


class PerfStat:
    """Counts this process from outside, between start() and stop(). Without perf it says nothing."""

    def __init__(self):
        self.process = None

    def start(self):
        try:
            self.process = subprocess.Popen(["perf", "stat", "-x,", "-e", EVENTS, "-p", str(os.getpid())], stderr=subprocess.PIPE, text=True)
            time.sleep(1)  # it says nothing when it has begun; nothing happens meanwhile
        except OSError:
            pass

    def stop(self):
        if self.process is None:
            return {}
        self.process.send_signal(signal.SIGINT)
        rows = [line.split(",") for line in self.process.communicate()[1].splitlines()]
        return {row[2]: float(row[0]) for row in rows if len(row) > 2 and row[0].replace(".", "").isdigit()}


def usage():
    seen = resource.getrusage(resource.RUSAGE_SELF)
    return {"page-faults": seen.ru_minflt + seen.ru_majflt, "context-switches": seen.ru_nvcsw + seen.ru_nivcsw}


perf = PerfStat()
perf.start()
with _ftscale.region("counted"):
    before = usage()
    run_threads([body] * THREADS)
    after = usage()
kernel = {name: after[name] - before[name] for name in after}
stat = perf.stop()
if "task-clock" in stat:
    stat["task-clock"] *= 1e6  # milliseconds
report(kernel=kernel, perf=stat, pages=PAGES // THREADS * THREADS, switches=SWITCHES // THREADS * THREADS)

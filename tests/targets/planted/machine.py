# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""What the machine gives once only: CPUs, memory bandwidth, the kernel's lock around a process's memory."""
import mmap
from functools import partial

from planted.case import OFF_CPU, Cause, Plan, plant
from planted.interpreter import count_up, plan_counting

RUN_QUEUE = Cause(("run_queue",), (count_up,))
plant("threads_on_one_cpu", RUN_QUEUE, truth=OFF_CPU, cpus=1)(plan_counting)
plant("four_threads_on_two_cpus", RUN_QUEUE, truth=OFF_CPU, cpus=2, threads=4)(plan_counting)

LARGE, SMALL = 32 << 20, 64 << 10


def copy_memory(steps, source, target):
    size = len(source)
    for _ in range(steps * (LARGE // size)):
        target[:] = source  # cause


# The twin copies as many bytes, within its CPU's cache.
@plant("memory_bandwidth", Cause(("work",), (copy_memory,), rules=("memory",)))
def memory_bandwidth(threads, planted):
    size = LARGE if planted else SMALL
    bodies = []
    for _ in range(threads):
        source, target = (memoryview(bytearray(b"\1") * size) for _ in range(2))
        bodies.append(partial(copy_memory, source=source, target=target))
    return Plan(bodies)


PAGE, PAGES = mmap.PAGESIZE, 4  # small: mapping and unmapping is what takes the process's lock


def touch_fresh(steps, marks):
    for _ in range(steps):
        with mmap.mmap(-1, PAGE * PAGES) as memory:  # cause
            memory[::PAGE] = marks  # cause


def touch_again(steps, marks):
    with mmap.mmap(-1, PAGE * PAGES) as memory:
        for _ in range(steps):
            memory[::PAGE] = marks


@plant("page_faults", Cause(("kernel",), (touch_fresh,)))
def page_faults(threads, planted):
    return Plan([partial(touch_fresh if planted else touch_again, marks=bytes([i + 1]) * PAGES) for i in range(threads)])

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""What the interpreter itself does one at a time: its own locks, stopping the world, collecting garbage, the GIL."""
import gc
import time
from functools import partial

from planted.case import LOCK, MEASURED, ONE_AT_A_TIME, Cause, Plan, one_each, plant

STOPPED = ("stop_the_world", "gc")


class Visitor:
    __slots__ = ("value",)


def find_method(steps, visitor, name="Node"):
    for _ in range(steps):
        getattr(visitor, f"visit_{name}", None)  # cause


def find_interned(steps, visitor, name="Node"):
    for _ in range(steps):
        f"visit_{name}"
        getattr(visitor, "visit_Node", None)


# The cache of a type's attributes holds interned names only; others are looked up under the type lock.
# From 3.14.4 on the look-up takes no lock, and what remains is the queue of names that end in another thread than they began in.
@plant("type_lock", Cause(LOCK, (find_method,), along=("refcount",), lock="internal", types=("type lock", "merge queue lock")))
def type_lock(threads, planted):
    body = find_method if planted else find_interned
    return Plan([partial(body, visitor=visitor) for visitor in one_each(threads, False, Visitor)])


class Before:
    pass


class After:
    pass


def compute(steps):
    total = 0
    for i in range(steps):
        total += i
    return total


def change_class(steps, thing):
    for _ in range(steps):
        thing.__class__ = After  # cause
        compute(500)
        thing.__class__ = Before  # cause
        compute(500)


def change_nothing(steps, thing):
    for _ in range(steps):
        compute(1000)


@plant("class_assignment", Cause(STOPPED, (change_class, compute), along=LOCK, rules=STOPPED, names=("change_class", "__class__")))
def class_assignment(threads, planted):
    return Plan([partial(change_class if planted else change_nothing, thing=thing) for thing in one_each(threads, False, Before)])


def make_pairs(steps, kept):
    for i in range(steps):  # cause
        kept.append([i])  # cause
        if len(kept) > 100_000:
            kept.clear()


class CollectionClock:
    """Adds up what collections take. All threads are stopped meanwhile."""

    def __init__(self, threads):
        self.threads, self.begin, self.total_s = threads, 0.0, 0.0

    def tick(self, phase, info, clock=time.perf_counter):
        if phase == "start":
            self.begin = clock()
        else:
            self.total_s += clock() - self.begin

    def start(self):
        gc.callbacks.append(self.tick)

    def stop(self):
        gc.callbacks.remove(self.tick)

    def costs(self):
        return [self.threads * self.total_s]


def plan_collections(threads, planted, live=[]):
    # Kept for a while: what a collection would free, it frees while the other threads run again.
    live.extend([i] for i in range(100_000))
    clock = CollectionClock(threads)
    bodies = [partial(make_pairs, kept=[]) for _ in range(threads)]
    return Plan(bodies, costs=clock.costs, before=clock.start, after=clock.stop)


COLLECTIONS = Cause(STOPPED, (make_pairs,), rules=STOPPED, names=("make_pairs", "collection"))
plant("collections", COLLECTIONS, truth=MEASURED)(plan_collections)


def count_up(steps):
    x = 1.0
    for _ in range(steps):
        x = x * 1.0000001 + 0.5  # cause
    return x


def plan_counting(threads, planted):
    return Plan([count_up] * threads)


plant("gil_on", Cause(("gil",), (count_up,)), truth=ONE_AT_A_TIME, environment={"PYTHON_GIL": "1"})(plan_counting)

# Does not declare Py_mod_gil: importing it switches the GIL on for good.
OLD_EXTENSION = """
#include <Python.h>
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "planted_old_extension"};
PyMODINIT_FUNC PyInit_planted_old_extension(void) { return PyModuleDef_Init(&definition); }
"""
plant("gil_extension", Cause(("gil",), (count_up,), names=("planted_old_extension",)), truth=ONE_AT_A_TIME,
      module=OLD_EXTENSION)(plan_counting)

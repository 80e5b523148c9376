# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Shared objects whose reference counts travel between the CPUs. The twins use an object per thread."""
import threading
import types
from functools import partial

from planted.case import LOCK, Cause, Plan, one_each, plant

REFCOUNT = ("refcount",)


class Thing:
    def __init__(self, value=None):
        self.value = value

    def touch(self):
        return None  # cause


def call_method(steps, thing):
    for _ in range(steps):
        thing.touch()  # cause


INSTANCE_METHOD = Cause(REFCOUNT, (call_method, Thing.touch), types=("Thing",))


@plant("instance_method", INSTANCE_METHOD)
def instance_method(threads, planted):
    return Plan([partial(call_method, thing=thing) for thing in one_each(threads, planted, Thing)])


def read_attribute(steps, thing):
    for _ in range(steps):
        thing.value  # cause


@plant("attribute_value", Cause(REFCOUNT, (read_attribute,), types=("object",)))
def attribute_value(threads, planted):
    things = one_each(threads, False, Thing)
    for thing, value in zip(things, one_each(threads, planted, object)):
        thing.value = value
    return Plan([partial(read_attribute, thing=thing) for thing in things])


def read_item(steps, table):
    for _ in range(steps):
        table["key"]  # cause


@plant("dict_value", Cause(REFCOUNT, (read_item,), types=("dict", "object")))
def dict_value(threads, planted):
    return Plan([partial(read_item, table=table) for table in one_each(threads, planted, lambda: {"key": object()})])


SHARED = None


def read_global(steps):
    for _ in range(steps):
        SHARED  # cause


@plant("global", Cause(REFCOUNT, (read_global,), types=("object",)))
def global_value(threads, planted):
    # The twin's threads have a module of their own each.
    bodies = []
    for value in one_each(threads, planted, object):
        bodies.append(types.FunctionType(read_global.__code__, {**globals(), "SHARED": value}))
    return Plan(bodies)


def call_bound(steps, bound):
    for _ in range(steps):
        bound()  # cause


@plant("bound_method", Cause(REFCOUNT, (call_bound, Thing.touch), types=("method", "Thing")))
def bound_method(threads, planted):
    return Plan([partial(call_bound, bound=bound) for bound in one_each(threads, planted, lambda: Thing().touch)])


def make_reader(value):
    def read_cell(steps):
        for _ in range(steps):
            value  # cause
    return read_cell


# In 3.13 reading a cell takes its lock, too.
@plant("closure", Cause(REFCOUNT + LOCK, (make_reader(None),), types=("cell", "object"), rules=("refcount", "lock")))
def closure(threads, planted):
    return Plan(one_each(threads, planted, lambda: make_reader(object())))


def ask_lock(steps, lock):
    for _ in range(steps):
        lock.locked()  # cause


@plant("lock_method", Cause(REFCOUNT, (ask_lock,), types=("_thread.lock", "lock")))
def lock_method(threads, planted):
    return Plan([partial(ask_lock, lock=lock) for lock in one_each(threads, planted, threading.Lock)])


def read_class_attribute(steps, holder):
    for _ in range(steps):
        holder.value  # cause


@plant("class_attribute", Cause(REFCOUNT, (read_class_attribute,), types=("object",)))
def class_attribute(threads, planted):
    holders = one_each(threads, planted, lambda: type("Holder", (), {"value": object()}))
    return Plan([partial(read_class_attribute, holder=holder) for holder in holders])


def read_rows(steps, matrix):
    for i in range(steps):
        matrix[i & 3]  # cause


@plant("matrix_rows", Cause(REFCOUNT, (read_rows,), types=("list",)))
def matrix_rows(threads, planted):
    rows = one_each(threads, planted, lambda: [[0.0, 1.0] for _ in range(4)])
    matrices = one_each(threads, False, list)
    for matrix, own in zip(matrices, rows):
        matrix.extend(own)
    return Plan([partial(read_rows, matrix=matrix) for matrix in matrices])


def make_adder():
    names = {}
    exec(compile("def add(steps, x=1.0):\n for _ in range(steps):\n  x * 1.25\n", "made.py", "exec"), names)
    return names["add"]


# In 3.13 what compile() makes has constants that are not immortal: so does every module imported without a bytecode file.
@plant("compiled_constant", Cause(REFCOUNT, ("add",), types=("float",)), before=(3, 14))
def compiled_constant(threads, planted):
    return Plan(one_each(threads, planted, make_adder))


def read_neighbour(steps, things):
    for _ in range(steps):
        things[0]  # cause


# Objects of their own, yet side by side in one cache line.
@plant("false_sharing", Cause(REFCOUNT, (read_neighbour,), types=("object",)))
def false_sharing(threads, planted):
    values = one_each(threads, False, object)
    if planted:
        line = {}
        for value in [object() for _ in range(1000)]:
            line.setdefault(id(value) // 64, []).append(value)
        values = (next(values for values in line.values() if len(values) >= 2) * threads)[:threads]
    holders = one_each(threads, False, list)
    for holder, value in zip(holders, values):
        holder.append(value)
    return Plan([partial(read_neighbour, things=holder) for holder in holders])

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Nothing planted: these scale as well as the machine does, though some look like cases that do not."""
import random
import threading
from functools import partial

from planted.case import Plan, one_each, plant
from planted.interpreter import Visitor, find_interned, plan_counting
from planted.object_locks import append_all, draw
from planted.refcounts import Thing, call_method
from planted.user_locks import busy

plant("computing")(plan_counting)


@plant("private_objects")
def private_objects(threads, planted):
    return Plan([lambda steps: call_method(steps, Thing()) for _ in range(threads)])


@plant("private_lists")
def private_lists(threads, planted):
    return Plan([lambda steps: append_all(steps, []) for _ in range(threads)])


@plant("private_random")
def private_random(threads, planted):
    return Plan([partial(draw, number=random.Random().random) for _ in range(threads)])


@plant("interned_names")
def interned_names(threads, planted):
    return Plan([partial(find_interned, visitor=visitor) for visitor in one_each(threads, False, Visitor)])


def take_lock(steps, lock):
    for _ in range(steps):
        with lock:
            busy(20)


@plant("private_locks")
def private_locks(threads, planted):
    return Plan([partial(take_lock, lock=lock) for lock in one_each(threads, False, threading.Lock)])


def read_constants(steps, constants):
    for i in range(steps):
        constants[i & 3]


# Immortal: nobody counts the references to them.
@plant("shared_constants")
def shared_constants(threads, planted):
    holders = one_each(threads, False, list)
    for holder in holders:
        holder.extend((None, True, 7, "name"))
    return Plan([partial(read_constants, constants=holder) for holder in holders])

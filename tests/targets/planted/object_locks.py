# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Locks inside shared objects, and those the standard library puts around its own. The twins use an object per thread."""
import collections
import functools
import itertools
import logging
import queue
import random
from functools import partial

from planted.case import LOCK, Cause, Plan, one_each, plant
from planted.refcounts import Thing


def object_lock(*places, types):
    return Cause(LOCK, places, along=("refcount",), types=types, lock="object")


def append_all(steps, items):
    for _ in range(steps):
        items.append(None)  # cause
    items.clear()


LIST_LOCK = object_lock(append_all, types=("list",))


@plant("list_append", LIST_LOCK)
def list_append(threads, planted):
    return Plan([partial(append_all, items=items) for items in one_each(threads, planted, list)])


def store_items(steps, table):
    for i in range(steps):
        table[i & 15] = None  # cause


@plant("dict_store", object_lock(store_items, types=("dict",)))
def dict_store(threads, planted):
    return Plan([partial(store_items, table=table) for table in one_each(threads, planted, dict)])


def rotate(steps, items):
    for _ in range(steps):
        items.append(None)  # cause


@plant("deque_append", object_lock(rotate, types=("collections.deque",)))
def deque_append(threads, planted):
    deques = one_each(threads, planted, lambda: collections.deque(maxlen=100))
    return Plan([partial(rotate, items=items) for items in deques])


def add_all(steps, items):
    for i in range(steps):
        items.add(i & 15)  # cause


@plant("set_add", object_lock(add_all, types=("set",)))
def set_add(threads, planted):
    return Plan([partial(add_all, items=items) for items in one_each(threads, planted, set)])


def store_attribute(steps, thing):
    for _ in range(steps):
        thing.value = None  # cause


@plant("attribute_store", object_lock(store_attribute, types=("Thing",)))
def attribute_store(threads, planted):
    return Plan([partial(store_attribute, thing=thing) for thing in one_each(threads, planted, Thing)])


def draw(steps, number):
    for _ in range(steps):
        number()  # cause


@plant("random", object_lock(draw, types=("Random", "random.Random", "_random.Random")))
def module_random(threads, planted):
    private = [random.Random().random for _ in range(threads)]
    return Plan([partial(draw, number=random.random if planted else own) for own in private])


def make_cached():
    @functools.lru_cache(maxsize=64)
    def compute(key):
        total = 0
        for i in range(300):
            total += i
        return total
    return compute


def ask_cache(steps, cached, keys):
    for _ in range(steps):
        cached(next(keys))  # cause


# No key comes twice; the cached function runs under the cache's lock.
@plant("lru_cache", Cause(LOCK, (ask_cache,), along=("refcount",), types=("functools._lru_cache_wrapper",), lock="object"), before=(3, 14))
def lru_cache(threads, planted):
    caches = one_each(threads, planted, make_cached)
    return Plan([partial(ask_cache, cached=cached, keys=itertools.count(i << 40)) for i, cached in enumerate(caches)])


def write_lines(steps, file):
    for _ in range(steps):
        file.write("a line of text\n")  # cause


@plant("text_file", object_lock(write_lines, types=("_io.TextIOWrapper",)))
def text_file(threads, planted):
    return Plan([partial(write_lines, file=file) for file in one_each(threads, planted, lambda: open("/dev/null", "w"))])


def log_lines(steps, logger):
    for _ in range(steps):
        logger.info("a line")


def make_logger():
    class Sink:  # takes some time, as a console does
        def write(self, text):
            for _ in range(2000):
                pass

        def flush(self):
            pass
    logger = logging.Logger("planted")
    logger.addHandler(logging.StreamHandler(Sink()))
    return logger


HANDLER = ("Handler.handle", "Handler.acquire", "Handler.release", "StreamHandler.emit", "StreamHandler.flush")


@plant("logging", Cause(LOCK, HANDLER, along=("refcount",), types=("_thread.RLock", "RLock"), lock="threading.Lock"))
def log(threads, planted):
    return Plan([partial(log_lines, logger=logger) for logger in one_each(threads, planted, make_logger)])


def pass_items(steps, items):
    for _ in range(steps):
        items.put(None)  # cause
        items.get()  # cause


@plant("queue", Cause(LOCK, (pass_items,), along=("refcount",), types=("_thread.lock", "lock"), lock="threading.Lock"))
def shared_queue(threads, planted):
    return Plan([partial(pass_items, items=items) for items in one_each(threads, planted, queue.Queue)])


@plant("simple_queue", object_lock(pass_items, types=("_queue.SimpleQueue",)))
def simple_queue(threads, planted):
    return Plan([partial(pass_items, items=items) for items in one_each(threads, planted, queue.SimpleQueue)])

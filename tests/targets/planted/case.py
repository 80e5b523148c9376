# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""What a case with a planted truth is made of.

A case has one or more parts, which run one after the other in the region `planted`. A part has one or more causes, each of a size that is
known without the profiler. All sizes are thread-seconds per run, called the *cost* of the cause, and come by one of these truths:

    DIFFERENCE       The part runs once more in the region `twin`: the same work with the cause removed, in the same process, in turns.
                     cost(n) = n (T_planted(n) - T_twin(n)); what is found in the twin is subtracted from what is found, too.
    MEASURED         The threads time it themselves: cost(n) = what Plan.costs() returns.
    ONE_AT_A_TIME    By construction one thread runs and the others wait: cost(n) = (n - 1) T(n).
    OFF_CPU          By construction nothing else keeps the threads from running: cost(n) = n T(n) - CPU time of the process.

The ledger charges a cause with its growth over one thread, and so do we. With capacity C(n) = n T(n), f = n for weak scaling (the same work
per thread) and f = 1 for strong scaling (the same work in all):

    loss(n) = cost(n) - f cost(1)            lost cores = n loss(n) / C(n)

By difference this is [C_planted(n) - f C_planted(1)] - [C_twin(n) - f C_twin(1)]: what the twin loses too (a busy machine, a lower
clock) is not the cause's, and planted and twin need not cost the same at one thread.
"""
from dataclasses import dataclass, field
from typing import Callable

DIFFERENCE, MEASURED, ONE_AT_A_TIME, OFF_CPU = "difference", "measured", "one at a time", "off cpu"
WEAK, STRONG = "weak", "strong"
LOCK = ("lock_wait", "spin")


@dataclass(frozen=True)
class Cause:
    """One cause, and where it must be found."""
    categories: tuple           # that it is charged to; together they must be the largest loss
    places: tuple               # functions charged (objects or qualified names); lines marked `# cause` in them are the lines expected
    along: tuple = ()           # further categories that belong to it: an object's lock and its reference count share a cache line
    types: tuple = ()           # type of the object, or of what the lock belongs to
    lock: str = ""              # kind of the lock; then `types` are those of the lock
    rules: tuple = ()           # of the finding; default: "lock", or the first category
    by_lock: bool = False       # several locks at once: the size is that of the lock waited for in `places`
    names: tuple = ()           # one of these words must be in the finding: the culprit's name


@dataclass
class Plan:
    """How a part runs at one thread count. Made once for a run: its objects are the same in each round."""
    bodies: list                          # a callable per thread, called with a number of steps
    costs: Callable[[], list] = None      # MEASURED: thread-seconds of all rounds so far, a figure per cause
    before: Callable[[], None] = None     # before each round, outside the region
    first: Callable[[int], None] = None   # what the main thread does alone before the others start
    pieces: int = 100                     # per thread: threads draw pieces of the work until none is left, so that all end together; 0: no
    after: Callable[[], None] = None      # after each round, outside the region


@dataclass(frozen=True)
class Part:
    make: Callable[[int, bool], Plan]     # (threads, with the cause or without it)
    causes: tuple
    truth: str = DIFFERENCE
    scale: float = 1.0                    # steps of this part per step of the case


@dataclass
class Case:
    name: str
    parts: tuple                          # negative cases: a part without causes
    scaling: str = WEAK
    threads: int = 2
    cpus: int = 0                         # run on so many CPUs, whatever the thread count; 0: one per thread
    environment: dict = field(default_factory=dict)
    module: str = ""                      # C source, compiled to an extension module that the script imports first
    before: tuple = (4, 0)                # the Python version that has no such trouble any more

    @property
    def causes(self):
        return [cause for part in self.parts for cause in part.causes]

    @property
    def has_twin(self):
        return any(part.truth == DIFFERENCE and part.causes for part in self.parts)


CASES = {}


def plant(name, *causes, truth=DIFFERENCE, **options):
    """Decorates the `make` of a case with a single part."""
    def add(make):
        CASES[name] = Case(name, (Part(make, causes, truth),), **options)
        return make
    return add


def plant_parts(name, *parts, **options):
    CASES[name] = Case(name, parts, **options)


_neighbours = []


def one_each(threads, planted, make):
    """An object per thread: the same one where the cause is planted, else each its own, on cache lines of their own. All are made by the
    main thread: counting the references to an object of another thread costs more, with one thread too."""
    made = [make() for _ in range(16 * threads)]
    _neighbours.append(made)
    return [made[0]] * threads if planted else made[::16]

# SPDX-License-Identifier: MIT
"""Locks held by several functions for different times. usage: blame.py SCENARIO [LIBRARY]

Threads note when each function waited for a lock, when it held it, and when it let go. From that follows how long each function waited, and
how long each held a lock while others waited for it: TRUTH_FILE gets both, by lock and function. LIBRARY is made of blame_locks.c."""
import bisect
import ctypes
import random
import sys
import threading
import time
from collections import defaultdict

from truth import THREADS, report, run_threads

clock = time.perf_counter
MS = 1e-3


class Notes:
    """What one thread notes. Nothing in it is shared."""

    def __init__(self):
        self.waits, self.holds = [], []  # (lock, function, begin, end)


def spin(seconds, clock=clock):
    end = clock() + seconds
    while clock() < end:
        pass


def hold(lock, name, function, seconds, notes, clock=clock):
    """Returns when it has let go."""
    begin = clock()
    with lock:
        held = clock()
        spin(seconds)
        end = clock()
    notes.waits.append((name, function, begin, held))
    notes.holds.append((name, function, held, end))


def hold_long(lock, seconds, notes, clock=clock):
    begin = clock()
    with lock:
        held = clock()
        spin(seconds)
        end = clock()
    notes.waits.append(("lock", "hold_long", begin, held))
    notes.holds.append(("lock", "hold_long", held, end))


def hold_short(lock, seconds, notes, clock=clock):
    begin = clock()
    with lock:
        held = clock()
        spin(seconds)
        end = clock()
    notes.waits.append(("lock", "hold_short", begin, held))
    notes.holds.append(("lock", "hold_short", held, end))


def convoy(all_notes):
    """One holds the lock for most of the time, many want it for next to nothing."""
    lock, stop = threading.Lock(), threading.Event()

    def flush(notes):
        while not stop.wait(10 * MS):
            hold_long(lock, 40 * MS, notes)

    def book(notes):
        for _ in range(12):
            time.sleep(2 * MS)
            hold_short(lock, 0, notes)

    flusher = threading.Thread(target=flush, args=(all_notes[-1],))
    flusher.start()
    run_threads([lambda own=own: book(own) for own in all_notes[:-1]])
    stop.set()
    flusher.join()


def long_and_short(all_notes, lock=None):
    lock = lock or threading.Lock()

    def work(draw, notes):
        for _ in range(240 // THREADS):
            hold_long(lock, 4 * MS, notes) if draw() < 0.4 else hold_short(lock, 1 * MS, notes)

    run_threads([lambda own=own, seed=seed: work(random.Random(seed).random, own) for seed, own in enumerate(all_notes[:-1])])


def recursive(all_notes):
    """A lock that its owner takes again, and lets go in steps."""
    lock = threading.RLock()

    def hold_again(seconds, notes):
        begin = clock()
        with lock:
            held = clock()
            for _ in range(3):
                with lock:
                    spin(seconds / 3)
            end = clock()
        notes.waits.append(("lock", "hold_again", begin, held))
        notes.holds.append(("lock", "hold_again", held, end))

    def work(draw, notes):
        for _ in range(240 // THREADS):
            hold_again(4 * MS, notes) if draw() < 0.4 else hold_short(lock, 1 * MS, notes)

    run_threads([lambda own=own, seed=seed: work(random.Random(seed).random, own) for seed, own in enumerate(all_notes[:-1])])


def nested(all_notes):
    """Who holds the outer lock waits for the inner one, which another holds for longer."""
    outer, inner, stop = threading.Lock(), threading.RLock(), threading.Event()

    def keep_inner(notes):
        while not stop.wait(2 * MS):
            hold(inner, "inner", "hold", 10 * MS, notes)

    def take_both(notes):
        begin = clock()
        with outer:
            held = clock()
            hold(inner, "inner", "hold", 1 * MS, notes)
            end = clock()
        notes.waits.append(("outer", "take_both", begin, held))
        notes.holds.append(("outer", "take_both", held, end))

    def take_outer(notes):
        begin = clock()
        with outer:
            held = clock()
            spin(1 * MS)
            end = clock()
        notes.waits.append(("outer", "take_outer", begin, held))
        notes.holds.append(("outer", "take_outer", held, end))

    def work(draw, notes):
        for _ in range(80 // THREADS):
            take_both(notes) if draw() < 0.5 else take_outer(notes)

    keeper = threading.Thread(target=keep_inner, args=(all_notes[-1],))
    keeper.start()
    run_threads([lambda own=own, seed=seed: work(random.Random(seed).random, own) for seed, own in enumerate(all_notes[:-1])])
    stop.set()
    keeper.join()


def condition(all_notes):
    """Those that are notified have to wait until the notifier lets go of the condition's lock."""
    ready, turn = threading.Condition(threading.Lock()), 0
    rounds = 60
    arrived = threading.Semaphore(0)

    def notify(notes):
        nonlocal turn
        for _ in range(rounds):
            for _ in range(THREADS):
                arrived.acquire()
            with ready:  # all wait, or have let go to do so
                held = clock()
                turn += 1
                ready.notify_all()
                notified = clock()
                spin(5 * MS)
                end = clock()
            notes.holds.append(("condition", "notify", held, end))
            noticed.append(notified)

    def await_turn(notes):
        for number in range(rounds):
            with ready:
                arrived.release()
                while turn <= number:
                    ready.wait()
                back = clock()
            resumed.append((number, back))

    noticed, resumed = [], []
    notifier = threading.Thread(target=notify, args=(all_notes[-1],))
    notifier.start()
    run_threads([lambda own=own: await_turn(own) for own in all_notes[:-1]])
    notifier.join()
    for number, back in resumed:
        all_notes[0].waits.append(("condition", "await_turn", noticed[number], back))


def two_objects(all_notes):
    """Copying one list to another locks both; who wants either waits."""
    source = list(range(400_000))

    def copy(notes):
        for _ in range(120 // THREADS):
            target = []
            begin = clock()
            target.extend(source)
            end = clock()
            notes.holds.append(("list", "copy", begin, end))
            target.clear()

    def touch(notes):
        while not stop.is_set():
            begin = clock()
            source.append(1)
            notes.waits.append(("list", "touch", begin, clock()))
            spin(1 * MS)

    stop = threading.Event()
    toucher = threading.Thread(target=touch, args=(all_notes[-1],), name="toucher")
    toucher.start()
    run_threads([lambda own=own: copy(own) for own in all_notes[:-1]])
    stop.set()
    toucher.join()


def native(all_notes, long_name, short_name):
    """Locks of a library, held by its own functions."""
    library = ctypes.CDLL(sys.argv[2])
    for name in (long_name, short_name):
        getattr(library, name).argtypes = [ctypes.c_double, ctypes.POINTER(ctypes.c_double)]
    call_long, call_short = getattr(library, long_name), getattr(library, short_name)

    def native_long(notes, times):
        call_long(4 * MS, times)
        notes.waits.append(("native", "native_long", times[0], times[1]))
        notes.holds.append(("native", "native_long", times[1], times[2]))

    def native_short(notes, times):
        call_short(1 * MS, times)
        notes.waits.append(("native", "native_short", times[0], times[1]))
        notes.holds.append(("native", "native_short", times[1], times[2]))

    def work(draw, notes):
        times = (ctypes.c_double * 3)()
        for _ in range(240 // THREADS):
            native_long(notes, times) if draw() < 0.4 else native_short(notes, times)

    run_threads([lambda own=own, seed=seed: work(random.Random(seed).random, own) for seed, own in enumerate(all_notes[:-1])])


def readers(all_notes):
    """A writer waits for readers, one of which reads for long and others again and again."""
    library = ctypes.CDLL(sys.argv[2])
    for name in ("read_rwlock", "write_rwlock"):
        getattr(library, name).argtypes = [ctypes.c_double, ctypes.POINTER(ctypes.c_double)]
    stop = threading.Event()

    def read_long(times):
        library.read_rwlock(20 * MS, times)

    def read_short(times):
        library.read_rwlock(0.5 * MS, times)

    def keep_reading():
        times = (ctypes.c_double * 3)()
        while not stop.is_set():
            read_short(times)
            time.sleep(1 * MS)

    def write(notes, times):
        library.write_rwlock(0.0, times)
        notes.waits.append(("native", "write", times[0], times[1]))

    def write_after_reader(notes, times):
        reader = threading.Thread(target=lambda: read_long((ctypes.c_double * 3)()))
        reader.start()
        time.sleep(2 * MS)
        begin = clock()
        write(notes, times)
        notes.holds.append(("native", "read_long", begin, times[1]))
        reader.join()

    def work(notes):
        times = (ctypes.c_double * 3)()
        for _ in range(20):
            write_after_reader(notes, times)

    short_reader = threading.Thread(target=keep_reading)
    short_reader.start()
    work(all_notes[0])
    stop.set()
    short_reader.join()


def gil(all_notes):
    """One thread computes in one function and two in another; all want the GIL all the time. Each has it for a third of the time and waits for
    the rest: of six waits at a time, two are for the one and four for the two."""
    until = clock() + 0.6

    def run_one():
        while clock() < until:
            pass

    def run_other():
        while clock() < until:
            pass

    run_threads([run_one, run_other, run_other])
    for function, share in (("run_one", 2 / 3), ("run_other", 4 / 3)):
        all_notes[0].holds.append(("gil", function, 0.0, share * 0.6))
    all_notes[0].waits += [("gil", "run_one", 0.0, 0.4), ("gil", "run_other", 0.0, 0.8)]


SCENARIOS = {
    "convoy": convoy, "long_and_short": long_and_short, "recursive": recursive, "nested": nested, "condition": condition, "two_objects": two_objects,
    "mutex": lambda notes: native(notes, "long_mutex", "short_mutex"), "rwlock": lambda notes: native(notes, "long_rwlock", "short_rwlock"),
    "readers": readers, "gil": gil,
}


def truths(all_notes):
    """By lock and function: seconds waited; seconds that others waited while it held the lock."""
    waited, held = defaultdict(float), defaultdict(float)
    holds = defaultdict(list)
    for notes in all_notes:
        for name, function, begin, end in notes.holds:
            holds[name].append((begin, end, function))
    begins = {name: [hold[0] for hold in sorted(own)] for name, own in holds.items()}
    for own in holds.values():
        own.sort()
    for notes in all_notes:
        for name, function, begin, end in notes.waits:
            waited[f"{name}:{function}"] += end - begin
            # Holds follow one another: from the last that began before the wait on.
            for at in range(max(0, bisect.bisect_right(begins[name], begin) - 1), len(begins[name])):
                since, until, holder = holds[name][at]
                if since >= end:
                    break
                held[f"{name}:{holder}"] += max(0.0, min(end, until) - max(begin, since))
    return dict(waited), dict(held)


all_notes = [Notes() for _ in range(THREADS + 1)]
SCENARIOS[sys.argv[1]](all_notes)
if sys.argv[1] == "gil":
    waited = {f"{name}:{function}": end for name, function, _, end in all_notes[0].waits}
    held = {f"{name}:{function}": end for name, function, _, end in all_notes[0].holds}
else:
    waited, held = truths(all_notes)
report(waited=waited, held=held)

# SPDX-License-Identifier: MIT
"""Native code with locks of its own, called from threads: argument 1 is the library made of native_locks.c, argument 2 its function. What
the threads waited in it is measured there."""
import ctypes
import random
import sys
import threading

from truth import THREADS, report, run_threads

ROUNDS, STEPS, LONGEST_PAUSE = 400, 300_000, 2000  # so short a pause that the threads meet at the lock, come what may
function = getattr(ctypes.CDLL(sys.argv[1]), sys.argv[2])
function.restype, function.argtypes = ctypes.c_longlong, [ctypes.c_long]


def work(pauses, waits, function=function, steps=STEPS):
    waited = 0
    start.wait()
    for pause in pauses:
        x = 1.0
        for _ in range(pause):
            x = x * 1.0000001 + 0.5
        waited += function(steps)  # line: native
    waits.append(waited)


waits = []
start = threading.Barrier(THREADS)
draw = random.Random(1)  # in step, the threads would pass each other without a wait
pauses = [[draw.randrange(LONGEST_PAUSE) for _ in range(ROUNDS // THREADS)] for _ in range(THREADS)]
run_threads([lambda own=own: work(own, waits) for own in pauses])
report(waited_s=sum(waits) / 1e9)

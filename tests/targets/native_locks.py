# SPDX-License-Identifier: MIT
"""Native code with locks of its own, called from threads: argument 1 is the library made of native_locks.c, argument 2 its function. What
the threads waited in it is measured there."""
import ctypes
import random
import sys
from truth import THREADS, report, run_threads

ROUNDS = 600
function = getattr(ctypes.CDLL(sys.argv[1]), sys.argv[2])
function.restype, function.argtypes = ctypes.c_longlong, [ctypes.c_long]


def work(pauses, waits, function=function):
    waited = 0
    for pause in pauses:
        x = 1.0
        for _ in range(pause):
            x = x * 1.0000001 + 0.5
        waited += function(100_000)  # line: native
    waits.append(waited)


waits = []
draw = random.Random(1)  # in step, the threads would pass each other without a wait
pauses = [[draw.randrange(6000) for _ in range(ROUNDS // THREADS)] for _ in range(THREADS)]
run_threads([lambda own=own: work(own, waits) for own in pauses])
report(waited_s=sum(waits) / 1e9)

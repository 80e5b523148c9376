# SPDX-License-Identifier: MIT
"""counted.py TURNS: a thread runs a loop of TURNS turns; where there are two threads, the second runs one of three times as many."""
import ctypes
import os
import sys
import threading

LOOPS = ctypes.CDLL("/programs/libcounted_loop.so")
for loop in (LOOPS.counted_loop, LOOPS.other_counted_loop):
    loop.argtypes = [ctypes.c_uint64]
TURNS = int(sys.argv[1])


def short():
    LOOPS.counted_loop(TURNS)  # line: short


def long():
    LOOPS.other_counted_loop(3 * TURNS)  # line: long


threads = [threading.Thread(target=body) for body in (short, long)[:int(os.environ["FTSCALE_THREADS"])]]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

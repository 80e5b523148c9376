# SPDX-License-Identifier: MIT
"""counted_regions.py TURNS: two threads, one after the other, run a loop in marked regions: one turn (what is done for the first time is done then),
TURNS turns, three times as many. The second thread runs twice as many of all."""
import ctypes
import sys
import threading

import _ftscale

LOOP = ctypes.CDLL("/programs/libcounted_loop.so").counted_loop
LOOP.argtypes = [ctypes.c_uint64]
TURNS = int(sys.argv[1])


def count(factor):
    for name, turns in (("first", 1), ("short", factor * TURNS), ("long", 3 * factor * TURNS)):
        with _ftscale.region(f"{name}-{factor}"):
            LOOP(turns)


for factor in (1, 2):
    thread = threading.Thread(target=count, args=(factor,))
    thread.start()
    thread.join()

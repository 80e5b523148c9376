# SPDX-License-Identifier: MIT
"""Threads that run loops of known length: `short` in the first of FTSCALE_THREADS threads, `long`, three times as much, in the others."""
import ctypes
import os
import sys
import threading

loops = ctypes.CDLL("/programs/libcounted_loop.so")
for loop in (loops.counted_loop, loops.other_counted_loop):
    loop.argtypes = [ctypes.c_uint64]

TURNS = int(sys.argv[1])


def short():
    loops.counted_loop(TURNS)


def long():
    loops.other_counted_loop(3 * TURNS)


def main():
    count = int(os.environ.get("FTSCALE_THREADS", "1"))
    threads = [threading.Thread(target=long if i else short) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()

# SPDX-License-Identifier: MIT
"""Makes generators at every depth of the stack: at one of them each call maps a piece of the interpreter's data stack and gives it back, before
the thread state names another frame. Samples strike there, too."""
from truth import THREADS, run_threads

DEEPEST = 160  # beyond one piece of 16 KiB
CALLS = 4000


def generator():
    yield


def make_some():
    for _ in range(CALLS // THREADS):
        generator()


def at_depth(depth):
    if depth == 0:
        make_some()
    else:
        at_depth(depth - 1)


def at_all_depths():
    for depth in range(DEEPEST):
        at_depth(depth)


run_threads([at_all_depths] * THREADS)

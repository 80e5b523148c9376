# SPDX-License-Identifier: MIT
"""Looks attributes up by names made at run time: they miss the cache of types, and the lookup takes the type lock."""
from truth import THREADS, run_threads

TOTAL = 2_000_000


class Visitor:
    __slots__ = ()

    def visit_Name(self):
        pass


def visit(count, visitor, kind="Name"):
    for _ in range(count):
        getattr(visitor, f"visit_{kind}", None)  # line: getattr


run_threads([lambda: visit(TOTAL // THREADS, Visitor())] * THREADS)

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Runs a case with planted truths at one thread count, and writes what it knows of itself: planted_run.py CASE THREADS STEPS ROUNDS

With ROUNDS 0: once, without the twin, for calibration. Planted and twin take turns, so that both see the same machine."""
import os
import sys
import threading
import time
from contextlib import nullcontext

try:
    from _ftscale import region
except ImportError:
    region = nullcontext
import truth
from planted import CASES
from planted.case import DIFFERENCE, STRONG

PIECES = 100  # per thread: whoever ends last runs alone for half a hundredth of the time


def draw_pieces(body, pieces):
    try:
        while True:
            body(pieces.pop())
    except IndexError:
        pass


class Crew:
    """The threads of a plan, waiting to be let go."""

    def __init__(self, plan, threads, steps):
        self.plan, self.steps = plan, steps
        self.gate = threading.Barrier(threads + 1)
        count = min(PIECES, steps)
        pieces = [steps // count] * (count * threads)
        self.threads = [threading.Thread(target=self.work, args=(body, pieces), name=f"worker-{i}") for i, body in enumerate(plan.bodies)]
        for thread in self.threads:
            thread.start()

    def work(self, body, pieces):
        self.gate.wait()
        if self.plan.in_pieces:
            draw_pieces(body, pieces)
        else:
            body(self.steps)

    def run(self):
        if self.plan.first:
            self.plan.first(self.steps * len(self.threads))
        self.gate.wait()
        for thread in self.threads:
            thread.join()


def add_part(known, key, run):
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    known[key] += time.perf_counter() - wall
    if key == "wall_s":
        known["cpu_s"] += time.process_time() - cpu


def run_round(case, threads, steps, planted, known):
    parts = [(part, facts) for part, facts in zip(case.parts, known["parts"]) if planted or part.truth == DIFFERENCE]
    plans = [part.make(threads, planted) for part, _ in parts]
    share = steps // threads if case.scaling == STRONG else steps
    crews = [Crew(plan, threads, max(1, int(share * part.scale))) for plan, (part, _) in zip(plans, parts)]
    with region("planted" if planted else "twin"):
        begin = time.perf_counter()
        for crew, (_, facts) in zip(crews, parts):
            add_part(facts, "wall_s" if planted else "twin_s", crew.run)
        known["region_s"] += time.perf_counter() - begin if planted else 0
    for plan, (_, facts) in zip(plans, parts):
        if plan.costs and planted:
            facts["costs"] = [a + b for a, b in zip(facts["costs"] or [0.0] * 9, plan.costs())]
        if plan.last:
            plan.last()


def main(name, threads, steps, rounds):
    case = CASES[name]
    if case.cpus:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:case.cpus])
    if case.module:
        sys.path.insert(0, os.environ["PLANTED_MODULES"])
        __import__("planted_old_extension")
    known = {"region_s": 0.0, "parts": [{"wall_s": 0.0, "twin_s": 0.0, "cpu_s": 0.0, "costs": []} for _ in case.parts]}
    for _ in range(max(1, rounds)):
        run_round(case, threads, max(1, steps // max(1, rounds)), True, known)
        if rounds and case.has_twin:
            run_round(case, threads, max(1, steps // rounds), False, known)
    truth.report(at=threads, **known)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

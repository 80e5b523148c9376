# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Runs a case with planted truths at one thread count, and writes what it knows of itself: planted_run.py CASE THREADS STEPS ROUNDS

With ROUNDS 0: once, without the twin, for calibration. Planted and twin take turns, so that both see the same machine."""
import gc
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


def draw_pieces(body, pieces):
    try:
        while True:
            body(pieces.pop())
    except IndexError:
        pass


class Crew:
    """The threads of a plan for one round, waiting to be let go. They wait in read(), for no lock is taken there that they could contend for."""

    def __init__(self, plan, threads, steps):
        self.plan, self.steps = plan, steps
        self.gate = os.pipe()
        count = max(1, min(plan.pieces, steps))
        pieces = [steps // count] * (count * threads)
        self.threads = [threading.Thread(target=self.work, args=(body, pieces), name=f"worker-{i}") for i, body in enumerate(plan.bodies)]
        for thread in self.threads:
            thread.start()

    def work(self, body, pieces):
        os.read(self.gate[0], 1)
        if self.plan.pieces:
            draw_pieces(body, pieces)
        else:
            body(self.steps)

    def run(self):
        if self.plan.first:
            self.plan.first(self.steps * len(self.threads))
        os.write(self.gate[1], b"x" * len(self.threads))
        for thread in self.threads:
            thread.join()

    def close(self):
        for descriptor in self.gate:
            os.close(descriptor)


class Side:
    """The parts of a case with their causes, or without: the twin."""

    def __init__(self, case, threads, steps, planted):
        self.name, self.threads, self.region_s = "planted" if planted else "twin", threads, 0.0
        self.parts = [part for part in case.parts if planted or part.truth == DIFFERENCE]
        self.plans = [part.make(threads, planted) for part in self.parts]
        self.steps = steps // threads if case.scaling == STRONG else steps
        self.facts = [{"wall_s": 0.0, "cpu_s": 0.0} for _ in self.parts]

    def call(self, hook):
        for plan in self.plans:
            if getattr(plan, hook):
                getattr(plan, hook)()

    def run_round(self):
        self.call("before")
        crews = [Crew(plan, self.threads, max(1, int(self.steps * part.scale))) for plan, part in zip(self.plans, self.parts)]
        with region(self.name):
            begin = time.perf_counter()
            for crew, facts in zip(crews, self.facts):
                self.run_part(crew, facts)
            self.region_s += time.perf_counter() - begin
        for crew in crews:
            crew.close()
        self.call("after")

    def run_part(self, crew, facts):
        wall, cpu = time.perf_counter(), time.process_time()
        crew.run()
        facts["wall_s"] += time.perf_counter() - wall
        facts["cpu_s"] += time.process_time() - cpu

    def known(self):
        return [{**facts, "costs": plan.costs() if plan.costs else []} for facts, plan in zip(self.facts, self.plans)]


def main(name, threads, steps, rounds):
    case = CASES[name]
    if case.cpus:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:case.cpus])
    if case.module:
        sys.path.insert(0, os.environ["PLANTED_MODULES"])
        __import__("planted_old_extension")
    if not any("gc" in cause.categories for cause in case.causes):
        gc.disable()  # a collection now and then is not the cause
    steps_each = max(1, steps // max(1, rounds))
    planted = Side(case, threads, steps_each, True)
    twin = Side(case, threads, steps_each, False) if rounds and case.has_twin else None
    for _ in range(max(1, rounds)):
        planted.run_round()
        if twin:
            twin.run_round()
    truth.report(at=threads, region_s=planted.region_s, parts=planted.known(), twins=twin.known() if twin else [])


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""How often `ftscale check` is wrong: false alarms of a script against itself, and planted losses that it finds.

usage: check_errors.py TOOL FOLDER [--seconds 0.05,0.5,5] [--repeats 3,5,10,20,40] [--recordings N] [--checks N]
                       [--disturbed | --halved] [--others SHARE] [--no-recording]

For each size of a run, in seconds at one thread: records a script N times as it is, and half as often with a loss of a tenth of its efficiency
at two threads (a part that runs alone), each with as many repeats as the largest number wanted. Then makes checks of pairs of recordings: as it
is against as it is, and with the loss against without, of the first repeats of each, as many as wanted. A pair is two different recordings, each
once the newer and once the older; with fewer recordings than checks, which is the rule, a recording is in many pairs, and what befell one
recording shows in all of them.

What is needed of the recordings is kept in FOLDER, and what is there is not made again: called with more --recordings it goes on.
--no-recording: the table of what is there. --disturbed: beside another process that takes a CPU for half a second every two seconds, both at
random; --halved: for two seconds every four. --others 0.1: waits until all other programs use less than a tenth of the CPUs, and leaves
recordings out while which they used more on average; called again it makes these anew. Prints a table in Markdown, with how busy other programs kept the CPUs meanwhile (in the
middle recording; 100 % is all CPUs; without the process of --disturbed).
"""
import argparse
import contextlib
import itertools
import json
import os
import random
import resource
import signal
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

EFFICIENCY_LOSS = 0.1
SCRIPT = """
import os, threading
def alone(steps):
    x = 1.0
    for _ in range(steps): x = x * 1.0000001 + 0.5
def share(steps):
    x = 1.0
    for _ in range(steps): x = x * 1.0000001 + 0.5
steps = int(os.environ["STEPS"])
threads, serial = int(os.environ["FTSCALE_THREADS"]), float(os.environ["ALONE"])
alone(int(steps * serial))
workers = [threading.Thread(target=share, args=(int(steps * (1 - serial)) // threads,)) for _ in range(threads)]
for worker in workers: worker.start()
for worker in workers: worker.join()
"""
DISTURBER = """
import random, sys, time
pause, bout = map(float, sys.argv[1:])
while True:
    time.sleep(random.expovariate(1 / pause))
    end = time.monotonic() + random.expovariate(1 / bout)
    while time.monotonic() < end: pass
"""
LOADS = {"none": None, "disturbed": (1.5, 0.5), "halved": (2, 2)}  # seconds of pause and of bout, on average
MEASURED_STEPS = 5_000_000
PASS, FAIL, INCONCLUSIVE = 0, 3, 4


@contextlib.contextmanager
def disturber(load):
    """Another process that is busy in bouts."""
    if load is None:
        yield
        return
    process = subprocess.Popen([sys.executable, "-c", DISTURBER, *map(str, load)])
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


class OthersUse:
    """The share of all CPUs that programs other than this one's children used, and the machine's other guests, from one moment on."""

    def __init__(self):
        self.started, self.busy, self.own = time.monotonic(), self.busy_s(), self.own_s()

    @staticmethod
    def busy_s():
        user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
        return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def own_s():
        return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

    def share(self):
        others = self.busy_s() - self.busy - (self.own_s() - self.own)
        return max(0, others) / ((time.monotonic() - self.started) * os.cpu_count())


def wait_for_others(most):
    """Until they use less than this share of the CPUs."""
    while most < 1:
        use = OthersUse()
        time.sleep(2)
        if use.share() < most:
            return


class Size:
    """Recordings of a script that takes so many seconds at one thread."""

    def __init__(self, options, load, seconds):
        self.tool = options.tool.resolve()
        self.folder = options.folder.resolve() / load / f"{seconds:g}"
        self.options, self.load, self.seconds = options, load, seconds
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "work.py").write_text(SCRIPT)
        self.others = self.kept("others.json")

    def run(self, *arguments):
        return subprocess.run([self.tool, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True)

    def kept(self, name):
        path = self.folder / name
        return json.loads(path.read_text()) if path.exists() else {}

    def write(self, path, threads, repeats, steps, alone):
        """Makes a recording's baseline."""
        recording = self.folder / "recording.ftscale"
        for command in (["run", "-q", "-t", threads, "-r", repeats, "--env", f"STEPS={steps}", "--env", f"ALONE={alone}", "-o", recording, "work.py"],
                        ["baseline", recording, "-o", path]):
            done = self.run(*command)
            if done.returncode != 0:
                sys.exit(done.stderr)

    def shortest_s(self, steps):
        path = self.folder / "trial.json"
        self.write(path, "1", 5, steps, 0)
        return min(json.loads(path.read_text())["points"][0]["repeats_s"])

    def work(self):
        """How many steps take that long, and which share of them, done alone, costs the loss; both with what starting Python takes."""
        work = self.kept("work.json")
        if not work:
            wait_for_others(self.options.others)
            start_s = self.shortest_s(0)
            step_s = (self.shortest_s(MEASURED_STEPS) - start_s) / MEASURED_STEPS
            parallel_s = max(self.seconds - start_s, self.seconds / 4)
            two_s = start_s + parallel_s / 2
            work = {"steps": round(parallel_s / step_s), "alone": two_s * (1 / (1 - EFFICIENCY_LOSS) - 1) / (parallel_s / 2)}
            (self.folder / "work.json").write_text(json.dumps(work))
        return work

    def record(self, kind, number):
        path = self.folder / f"{kind}-{number}.json"
        if path.exists() and self.others.get(path.stem, 0) <= self.options.others:
            return
        work = self.work()
        wait_for_others(self.options.others)
        use = OthersUse()
        with disturber(LOADS[self.load]):
            self.write(path, "1,2", max(self.options.repeats), work["steps"], work["alone"] if kind == "slower" else 0)
        self.others[path.stem] = use.share()
        (self.folder / "others.json").write_text(json.dumps(self.others))

    def recorded(self, kind, repeats):
        """Those that have so many, beside others that used no more than they may."""
        paths = [path for path in self.folder.glob(f"{kind}-*.json") if self.others.get(path.stem, 1) <= self.options.others]
        return sorted(path for path in paths if all(len(point["repeats_s"]) >= repeats for point in json.loads(path.read_text())["points"]))

    def first_repeats(self, path, repeats):
        """The same with the first repeats' times alone."""
        figures = json.loads(path.read_text())
        if "sweep_s" in figures:
            figures["sweep_s"] *= repeats / len(figures["points"][0]["repeats_s"])
        for point in figures["points"]:
            point["repeats_s"] = point["repeats_s"][:repeats]
        folder = self.folder / f"first-{repeats}"
        folder.mkdir(exist_ok=True)
        (folder / path.name).write_text(json.dumps(figures))
        return folder / path.name

    def check(self, pair):
        now, before = pair
        done = self.run("check", now, "--baseline", before, "--format", "json")
        answer = json.loads(done.stdout)
        grown = [growth["name"] for growth in answer["grown"] if growth["kind"] == "function"]
        return done.returncode, grown[0] if grown else None

    def checks(self, nows, befores, repeats):
        pairs = [pair for pair in itertools.product(nows, befores) if pair[0] != pair[1]]
        random.Random(2026).shuffle(pairs)
        shorter = {path: self.first_repeats(path, repeats) for path in {*nows, *befores}}
        chosen = [(shorter[now], shorter[before]) for now, before in pairs[: self.options.checks]]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(self.check, chosen))

    def row(self, load, repeats):
        same, slower = self.recorded("same", repeats), self.recorded("slower", repeats)
        if len(same) < 2:
            return None
        unchanged, lost = self.checks(same, same, repeats), self.checks(slower, same, repeats)
        found = [answer for answer in lost if answer[0] == FAIL]
        middle = statistics.median([self.others.get(path.stem, 0) for path in same])
        cells = [load, f"{self.seconds:g} s", repeats, f"{len(same)} + {len(slower)}", f"{100 * middle:.0f} %", len(unchanged), *counts(unchanged),
                 len(lost), *counts(lost), share(found, lambda answer: answer[1] == "alone")]
        return "| " + " | ".join(map(str, cells)) + " |"


def share(answers, condition):
    count = sum(map(condition, answers))
    return f"{count} ({100 * count / len(answers):.1f} %)" if answers else ""


def counts(answers):
    return [share(answers, lambda answer, code=code: answer[0] == code) for code in (FAIL, INCONCLUSIVE, PASS)]


def numbers(kind):
    return lambda text: [kind(word) for word in text.split(",")]


def parsed_options():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("tool", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=numbers(float), default=[0.05, 0.5, 5])
    parser.add_argument("--repeats", type=numbers(int), default=[3, 5, 10, 20, 40])
    parser.add_argument("--recordings", type=int, default=20)
    parser.add_argument("--checks", type=int, default=400)
    parser.add_argument("--disturbed", dest="load", action="store_const", const="disturbed", default="none")
    parser.add_argument("--halved", dest="load", action="store_const", const="halved")
    parser.add_argument("--others", type=float, default=1)
    parser.add_argument("--no-recording", action="store_true")
    return parser.parse_args()


def record(sizes, options):
    """Sizes and kinds in turn, so that what the machine does meanwhile meets all."""
    for number in range(options.recordings):
        for size in sizes:
            for kind in ("same", "slower") if number % 2 == 0 else ("same",):
                size.record(kind, number)


def main():
    options = parsed_options()
    sizes = [Size(options, options.load, seconds) for seconds in options.seconds]
    if not options.no_recording:
        record(sizes, options)
    print("| load | run | repeats | recordings | others' CPU | checks: unchanged | fail | inconclusive | pass "
          "| checks: a tenth lost | fail | inconclusive | pass | `alone` named first |")
    print("|" + " --- |" * 14)
    for size in sizes:
        for repeats in options.repeats:
            if row := size.row(options.load, repeats):
                print(row, flush=True)


if __name__ == "__main__":
    main()

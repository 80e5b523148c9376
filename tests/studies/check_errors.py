#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""How often `ftscale check` is wrong: false alarms of a script against itself, and planted losses that it finds.

usage: check_errors.py TOOL FOLDER [--recordings N] [--repeats N] [--checks N] [--disturbed]

Records a script N times as it is, and half as often with a loss of a tenth of its efficiency at two threads (a part that runs alone). Then
makes checks of pairs of recordings: as it is against as it is, and with the loss against without, of the first quarter of the repeats, half of
them, and all. A pair is two different recordings, and no pair is taken twice; with fewer recordings than checks some recordings are in several
pairs. What is needed of the recordings is kept in FOLDER, and what is there is not made again. Prints a table in Markdown. --disturbed: beside another process that takes a CPU every now and then.
"""
import argparse
import contextlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
EFFICIENCY_LOSS = 0.1
# With a share s of all work alone two threads are 2 / (1 + s) times as fast as one.
ALONE = 1 / (1 - EFFICIENCY_LOSS) - 1
SCRIPT = """
import os, threading
def alone(steps):
    x = 1.0
    for _ in range(steps): x = x * 1.0000001 + 0.5
def share(steps):
    x = 1.0
    for _ in range(steps): x = x * 1.0000001 + 0.5
steps = 5_000_000
threads, serial = int(os.environ["FTSCALE_THREADS"]), float(os.environ["ALONE"])
alone(int(steps * serial))
workers = [threading.Thread(target=share, args=(int(steps * (1 - serial)) // threads,)) for _ in range(threads)]
for worker in workers: worker.start()
for worker in workers: worker.join()
"""
DISTURBER = """
import random, time
while True:
    time.sleep(random.expovariate(1 / 1.5))
    end = time.monotonic() + random.expovariate(1 / 0.5)
    while time.monotonic() < end: pass
"""
PASS, FAIL, INCONCLUSIVE = 0, 3, 4


@contextlib.contextmanager
def disturber(wanted):
    """Another process that is busy a quarter of the time."""
    if not wanted:
        yield
        return
    process = subprocess.Popen([sys.executable, "-c", DISTURBER])
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


class Study:
    def __init__(self, options):
        self.tool = options.tool.resolve()
        self.folder = options.folder.resolve() / ("disturbed" if options.disturbed else "quiet")
        self.options = options
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "work.py").write_text(SCRIPT)

    def run(self, *arguments):
        return subprocess.run([self.tool, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True)

    def figures_of(self, kind, alone, number):
        """The baseline of one recording, which is made unless it is there."""
        path = self.folder / f"{kind}-{number}.json"
        if not path.exists():
            recording = self.folder / "recording.ftscale"
            for command in (["run", "-q", "-t", "1,2", "-r", self.options.repeats, "--env", f"ALONE={alone}", "-o", recording, "work.py"],
                            ["baseline", recording, "-o", path]):
                done = self.run(*command)
                if done.returncode != 0:
                    sys.exit(done.stderr)
        return path

    def record(self):
        """Both kinds in turn, so that what the machine does meanwhile meets both."""
        same, slower = [], []
        with disturber(self.options.disturbed):
            for number in range(self.options.recordings):
                same.append(self.figures_of("same", 0, number))
                if number % 2 == 0:
                    slower.append(self.figures_of("slower", ALONE, number))
        return same, slower

    def first_repeats(self, path, repeats):
        """The same with the first repeats' times alone."""
        figures = json.loads(path.read_text())
        for point in figures["points"]:
            point["repeats_s"] = point["repeats_s"][:repeats]
        shorter = path.with_name(f"{path.stem}-first-{repeats}.json")
        shorter.write_text(json.dumps(figures))
        return shorter

    def check(self, pair):
        now, before = pair
        done = self.run("check", now, "--baseline", before, "--format", "json")
        answer = json.loads(done.stdout)
        grown = [growth["name"] for growth in answer["grown"] if growth["kind"] == "function"]
        return done.returncode, grown[0] if grown else None

    def checks(self, nows, befores, repeats):
        pairs = [pair for pair in itertools.product(nows, befores) if pair[0] != pair[1]]
        if nows == befores:  # either order of two recordings says the same
            pairs = list(itertools.combinations(nows, 2))
        random.Random(2026).shuffle(pairs)
        shorter = {path: self.first_repeats(path, repeats) for path in {*nows, *befores}}
        chosen = [(shorter[now], shorter[before]) for now, before in pairs[: self.options.checks]]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(self.check, chosen))


def share(answers, condition):
    count = sum(map(condition, answers))
    return f"{count} of {len(answers)} ({100 * count / len(answers):.1f} %)"


def row(name, repeats, answers, expected):
    codes = {code: share(answers, lambda answer, code=code: answer[0] == code) for code in (FAIL, INCONCLUSIVE, PASS)}
    named = share([answer for answer in answers if answer[0] == FAIL], lambda answer: answer[1] == expected) if expected else ""
    return f"| {name} | {repeats} | {len(answers)} | {codes[FAIL]} | {codes[INCONCLUSIVE]} | {codes[PASS]} | {named} |"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("tool", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--recordings", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--checks", type=int, default=200)
    parser.add_argument("--disturbed", action="store_true")
    study = Study(parser.parse_args())
    same, slower = study.record()
    print("| now against before | repeats | checks | fail | inconclusive | pass | `alone` named first |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for repeats in dict.fromkeys(max(2, study.options.repeats // part) for part in (4, 2, 1)):
        print(row("the same", repeats, study.checks(same, same, repeats), None))
        print(row("a tenth of the efficiency lost", repeats, study.checks(slower, same, repeats), "alone"))


if __name__ == "__main__":
    main()

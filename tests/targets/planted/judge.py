# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Compares what a report says with what was planted."""
import inspect
from dataclasses import dataclass, field

from planted.case import DIFFERENCE

SEEN = 0.1  # cores: a cause below this, on this machine, is too small to have a place or an order


@dataclass
class Row:
    label: str
    category: str
    planted: float
    found: float
    error: float    # of the loss


@dataclass
class Verdict:
    rows: list
    lost: float
    unknown_share: float
    finding: str
    losses: str     # by category, as the report has them
    is_disturbed: bool = False  # other load on the machine
    wrong: list = field(default_factory=list)   # what is not as it must be, in words


def name_of(place):
    return place if isinstance(place, str) else place.__qualname__


def lines_of(places):
    """The lines marked as the cause."""
    marked = set()
    for place in places:
        if not isinstance(place, str):
            lines, start = inspect.getsourcelines(place)
            marked |= {start + i for i, line in enumerate(lines) if line.rstrip().endswith("# cause")}
    return marked


class Reading:
    """What a report says about the largest thread count, in cores."""

    def __init__(self, report, capacity_s=None, ignored=()):
        self.run = max(report["runs"], key=lambda run: run["threads"])
        self.findings = [finding for finding in report["findings"] if finding["rule"] not in {*ignored, "other_load"}]
        self.per_second = self.run["threads"] / (capacity_s or self.run["capacity_s"])
        self.ignored = ignored
        # Native rows repeat the time of the Python functions they worked for.
        self.functions = [row for row in self.run["functions"] if not row["native"] or row["outside_python"]]
        self.locks = sorted(self.run["locks"], key=lambda lock: -lock["lost_cores"])
        self.objects = sorted(self.run["objects"], key=lambda thing: -thing["refcount_s"])

    def lost(self, categories):
        return self.per_second * sum(self.run["loss"][category] for category in categories)

    def lost_by(self, row, categories):
        return self.per_second * sum(row["by"].get(category, 0) for category in categories)

    def found(self, cause, is_alone):
        categories, names = cause.categories + cause.along, set(map(name_of, cause.places))
        if cause.by_lock:
            return sum(lock["lost_cores"] for lock in self.locks if lock["waiters"] and lock["waiters"][0]["function"] in names)
        if is_alone:
            return self.lost(categories)
        return sum(self.lost_by(row, categories) for row in self.functions if row["function"] in names)

    def losses(self):
        lost = sorted(((self.lost([category]), category) for category in self.run["loss"]), reverse=True)
        return " ".join(f"{category} {cores:.2f}" for cores, category in lost if abs(cores) >= 0.01)

    def largest_other(self, causes):
        theirs = {category for cause in causes for category in cause.categories + cause.along} | set(self.ignored)
        return max((self.lost([category]), category) for category in self.run["loss"] if category not in theirs)


def judge_function(reading, cause):
    row = max(reading.functions, key=lambda row: reading.lost_by(row, cause.categories))
    if row["function"] not in map(name_of, cause.places):
        return [f"function {row['function']}"]
    lines = lines_of(cause.places)
    category = max(cause.categories, key=lambda category: reading.lost_by(row, [category]))
    line = row["hot_lines"].get(category, row["hot_line"])
    return [f"line {line} of {row['function']}"] if lines and line not in lines else []


def judge_object(reading, cause):
    """The object whose reference count is shared, and who shares it."""
    if not reading.objects:
        return ["no object"]
    thing = reading.objects[0]
    if thing["type"].rpartition(".")[2] not in {name.rpartition(".")[2] for name in cause.types}:
        return [f"object of type {thing['type']}"]
    functions = " ".join(thing["functions"])
    return [] if any(name_of(place) in functions for place in cause.places) else [f"object in {functions}"]


def judge_lock(reading, cause):
    names = set(map(name_of, cause.places))
    locks = [lock for lock in reading.locks if not cause.by_lock or lock["waiters"] and lock["waiters"][0]["function"] in names]
    if not locks:
        return ["no lock"]
    lock, wrong = locks[0], []
    said = {lock["type"].rpartition(".")[2], lock["name"]}
    if lock["kind"] != cause.lock or not said & {name.rpartition(".")[2] for name in cause.types}:
        wrong.append(f"{lock['kind']} lock {lock['type']} {lock['name']}".rstrip())
    for side in ("waiters", "holders"):
        if not lock[side] or lock[side][0]["function"] not in names:
            wrong.append(f"{side} {lock[side][0]['function'] if lock[side] else 'none'}")
    if lock["wait_s"] + lock["spin_s"] <= 0:
        wrong.append("no wait")
    return wrong


def rules_of(cause):
    return cause.rules or (("lock",) if cause.lock else (cause.categories[0],))


def judge_finding(reading, cause, finding):
    if finding is None:
        return ["no finding"]
    if finding["rule"] not in rules_of(cause):
        return [f"finding {finding['rule']}"]
    text = " ".join([finding["title"], *finding["evidence"]])
    words = cause.names or [name_of(place).rpartition(".")[2] for place in cause.places]
    return [] if any(word in text for word in words) else ["finding names none of " + ", ".join(words)]


def judge_places(reading, cause, is_alone):
    wrong = []
    if is_alone:
        wrong += judge_function(reading, cause)
    if cause.lock:
        wrong += judge_lock(reading, cause)
    elif cause.types and is_alone:
        wrong += judge_object(reading, cause)
    return wrong


def judge_causes(reading, causes, planted):
    """Place, object and finding of each cause large enough to have them, the largest first, as the findings must come."""
    order = sorted((i for i in range(len(causes)) if planted[i] >= SEEN), key=lambda i: -planted[i])
    group = sum(reading.found(cause, len(causes) == 1) for cause in causes)
    other, category = reading.largest_other(causes)
    wrong = [f"largest loss {category}"] if order and other > group else []
    for position, i in enumerate(order):
        wrong += judge_places(reading, causes[i], len(causes) == 1)
        finding = reading.findings[position] if position < len(reading.findings) else None
        wrong += judge_finding(reading, causes[i], finding)
    return wrong


def is_noise(finding, lost, threads):
    """By the script's own clock its threads were slower together: other load on the machine, told as such."""
    return lost > SEEN / 2 * threads and finding["rule"] in ("work", "serial", "kernel")


def judge(case, truth, report, twin_report):
    causes = case.causes
    # Other load on the machine shows as threads that wait for a CPU, whatever was planted.
    is_planted = any("run_queue" in cause.categories for cause in causes)
    reading = Reading(report, ignored=() if is_planted else ("run_queue",))
    twin = Reading(twin_report, reading.run["capacity_s"]) if twin_report else None
    threads = reading.run["threads"]
    rows = []
    scale = max(truth.lost, SEEN * threads)
    for number, (part, cause) in enumerate((part, cause) for part in case.parts for cause in part.causes):
        planted, found = truth.planted[number], reading.found(cause, len(causes) == 1)
        if part.truth == DIFFERENCE:
            found -= twin.found(cause, len(causes) == 1)
        rows.append(Row(case.name if not number else "  and", "+".join(cause.categories), planted, found, (found - planted) / scale))
    finding = f"{reading.findings[0]['lost_cores']:.2f} {reading.findings[0]['title']}" if reading.findings else "-"
    verdict = Verdict(rows, truth.lost, max(0.0, reading.lost(["unknown"])) / scale, finding, reading.losses())
    verdict.is_disturbed = not is_planted and reading.lost(["run_queue"]) > SEEN
    if causes:
        verdict.wrong = judge_causes(reading, causes, truth.planted)
    else:
        verdict.rows = [Row(case.name, "-", 0.0, sum(finding["lost_cores"] for finding in reading.findings), 0.0)]
        verdict.wrong = [f"finding {finding['title']}" for finding in reading.findings if not is_noise(finding, truth.lost, threads)]
    return verdict

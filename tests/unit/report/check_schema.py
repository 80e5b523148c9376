#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Check JSON reports against the schema.

Each report must fit it, with no key that the schema does not document, and its sums must hold; and the schema must notice when any key it
requires is taken away. With --writer, the reports are those that program writes into a folder.

usage: check_schema.py SCHEMA (--writer PROGRAM | REPORT...)
"""
import copy
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema


def closed(schema):
    """The schema without room for keys it does not name: users may meet newer keys, our tests may not."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema:
        result.setdefault("additionalProperties", False)
    return result


def reject_constant(name):
    raise ValueError(f"{name} is not JSON")


def load(path):
    return json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=reject_constant)


def is_close(a, b, scale):
    return abs(a - b) <= 1e-3 * max(scale, 1e-9)


def bad_sums(report):
    """Sentences on sums that do not hold."""
    for where in [report, *report["regions"]]:
        points = {point["threads"]: point for point in where["scaling"]["points"]}
        for run in where["runs"]:
            name = f"{where.get('name', 'whole')}, {run['threads']} threads"
            capacity = run["capacity_s"]
            if not is_close(sum(run["ledger"].values()), capacity, capacity):
                yield f"{name}: the ledger does not sum to capacity_s"
            if not is_close(capacity, run["threads"] * points[run["threads"]]["wall_s"], capacity):
                yield f"{name}: capacity_s is not threads x wall_s"
            if not is_close(sum(run["loss"].values()), run["loss_s"], capacity):
                yield f"{name}: the losses do not sum to loss_s"
            yield from (f"{name}: {sentence}" for sentence in bad_efficiencies(run))
            rows = [f for f in run["functions"] if not f["native"] or f["outside_python"]]
            if not is_close(sum(sum(f["self_s"].values()) for f in rows), capacity, capacity):
                yield f"{name}: the functions do not sum to the ledger"


def bad_efficiencies(run):
    """Sentences on products and parts that do not make up their whole."""
    efficiency, split = run["efficiency"], run["work_split"]
    if efficiency is not None:
        parts = {"global": ["parallel", "computation"], "parallel": ["load_balance", "serialisation", "transfer"]}
        if efficiency["ipc"] is not None:
            parts["computation"] = ["instructions", "ipc", "clock"]
        for whole, factors in parts.items():
            if not is_close(math.prod(efficiency[factor] for factor in factors), efficiency[whole], 1):
                yield f"the factors of the {whole} efficiency do not multiply to it"
    if split is not None and not is_close(sum(split.values()), run["loss"]["work"], run["capacity_s"]):
        yield "work_split does not sum to the loss of work"


def places_of_keys(value, path=()):
    """The path of every key of every object."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield (*path, key)
            yield from places_of_keys(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from places_of_keys(child, (*path, index))


# Keys that need not be there: maps from names to figures.
OPEN_MAPS = {"dropped", "by", "self_s", "hot_lines", "lines_s", "counters", "work_counters", "process_counters", "generations"}


def unnoticed_removals(report, validator):
    """Keys whose absence the schema would let pass. One of each shape (list positions do not matter) is tried."""
    seen = set()
    for path in places_of_keys(report):
        shape = tuple(part for part in path if isinstance(part, str))
        if shape in seen or (len(shape) > 1 and shape[-2] in OPEN_MAPS):
            continue
        seen.add(shape)
        broken = copy.deepcopy(report)
        owner = broken
        for part in path[:-1]:
            owner = owner[part]
        del owner[path[-1]]
        if validator.is_valid(broken):
            yield ".".join(shape)


def check(paths, schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(closed(schema))
    failures = []
    for path in paths:
        report = load(path)
        failures += [f"{path}: {'.'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(report)]
        failures += [f"{path}: {sentence}" for sentence in bad_sums(report)]
        failures += [f"{path}: the schema does not miss {key}" for key in unnoticed_removals(report, validator)]
    return failures


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    schema = load(arguments[0])
    with tempfile.TemporaryDirectory() as folder:
        paths = arguments[1:]
        if paths[0] == "--writer":
            subprocess.run([paths[1], folder], check=True)
            paths = sorted(Path(folder).glob("*.json"))
        failures = check(paths, schema) if paths else ["no reports to check"]
    print("\n".join(failures) if failures else f"{len(paths)} reports fit the schema")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

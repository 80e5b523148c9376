#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Check that the probe's signal path calls nothing but what the allow-list names.

The undefined symbols of the object files (weak ones included) that no other of them defines must be in the list: one symbol per line, with
the reason why it is safe in a signal handler after '#'. It sees direct calls and references only, not calls through pointers: it backs
a review up, it does not replace it. Prints one line per violation; exit status 1 when there are any.

usage: check_probe_symbols.py [--allow LIST] OBJECT...
"""
import os
import subprocess
import sys
from pathlib import Path

DEFAULT_LIST = Path(__file__).resolve().parent / "signal_path_symbols.txt"


def parse_allow_list(text):
    """(symbol -> reason, complaints about lines without a reason)."""
    allowed, complaints = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        symbol, _, reason = (part.strip() for part in line.partition("#"))
        if not symbol:
            continue
        if not reason:
            complaints.append(f"line {number}: {symbol}: no reason given")
        allowed[symbol] = reason
    return allowed, complaints


def symbols(objects, *options):
    """object -> names, by nm."""
    found = {}
    for path in objects:
        command = [os.environ.get("NM", "nm"), "--format=posix", *options, str(path)]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found[str(path)] = {line.split()[0] for line in output.splitlines() if line.strip()}
    return found


def check(objects, allow_text):
    """All violations, one line each."""
    allowed, violations = parse_allow_list(allow_text)
    defined = set().union(*symbols(objects, "--defined-only").values())
    for path, names in symbols(objects, "--undefined-only").items():
        for name in sorted(names - defined - allowed.keys()):
            violations.append(f"{path}: {name} is not on the allow-list of the signal path")
    return violations


def main(arguments):
    allow_list = DEFAULT_LIST
    if arguments[:1] == ["--allow"] and len(arguments) > 1:
        allow_list, arguments = Path(arguments[1]), arguments[2:]
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        violations = check(arguments, allow_list.read_text(encoding="utf-8"))
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{error}\n{getattr(error, 'stderr', None) or ''}", file=sys.stderr)
        return 2
    print("\n".join(violations) if violations else "the signal path keeps to its allow-list")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Check that includes and link commands follow the order of the rooms.

Each room (folder under src/) is a library and may include and link only rooms of an earlier tier. Third-party libraries with one home
stay there. Prints one line per violation; exit status 1 when there are any.

usage: check_includes.py [REPOSITORY]
"""
import re
import sys
from pathlib import Path

# Left to right, as in ARCHITECTURE.md; rooms of one tier do not know each other.
TIERS = [
    ["base", "model"],
    ["counters", "recording"],
    ["launch", "symbols"],
    ["account"],
    ["analysis"],
    ["compare"],
    ["export", "report"],
    ["html"],
    ["cli"],
]
TIER_OF = {room: tier for tier, rooms in enumerate(TIERS) for room in rooms}
MAIN_MAY_INCLUDE = {"base", "cli"}
TREATY = "ftscale"  # include/ftscale, open to all but model

# Header prefix -> where it may be included, as prefixes of paths under src/.
HOMES = {
    "CLI/": ["cli/"],
    "spdlog/": ["base/log"],
    "perfmon/": ["counters/"],
    "linux/perf_event.h": ["counters/"],
    "protozero/": ["export/pprof"],
    "zlib.h": ["export/gzip"],
    "toml++/": ["compare/rules"],
}
# The probe lives in somebody else's process: libc, unwinding and CPython's C API only.
NOT_IN_PROBES = ["CLI/", "spdlog/", "fmt/", "nlohmann/", "perfmon/", "zstd", "elfutils/", "gelf.h", "libelf.h", "iostream", "locale", "regex"]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SOURCE_SUFFIXES = {".h", ".hpp", ".cpp", ".c", ".S", ".inc"}
COMMAND = re.compile(r"(?m)^\s*(ftscale_room|target_link_libraries)\s*\(([^)]*)\)")


def source_files(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in SOURCE_SUFFIXES)


def includes(path):
    """(line number, quoted, header) of each include."""
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(2)) + 1, match.group(1) == '"', match.group(2)


def may_use(room, other):
    return room == other or TIER_OF[other] < TIER_OF[room]


def judge_quoted(room, header):
    """What is wrong with room's `#include "header"`, or None."""
    owner = header.split("/")[0]
    if owner == TREATY and "/" in header:
        return "model is pure: standard library only" if room == "model" else None
    if "/" not in header or owner not in TIER_OF:
        return "not a path of the form room/file.h"
    if room is None:
        return None if owner in MAIN_MAY_INCLUDE else f"main.cpp includes only {', '.join(sorted(MAIN_MAY_INCLUDE))}"
    return None if may_use(room, owner) else f"{room} may not include {owner}"


def judge_angled(room, path_in_src, header):
    for prefix, homes in HOMES.items():
        if header.startswith(prefix) and not any(path_in_src.startswith(home) for home in homes):
            return f"{prefix.rstrip('/')} only in src/{', src/'.join(homes)}"
    if header.split("/")[0] in TIER_OF and "/" in header:
        return "own headers are included with quotes"
    if room == "model" and not re.fullmatch(r"[a-z0-9_]+", header):
        return "model is pure: standard library only"
    return None


def check_sources(root):
    source = root / "src"
    for path in source_files(source):
        inside = path.relative_to(source)
        room = inside.parts[0] if len(inside.parts) > 1 else None
        if room is not None and room not in TIER_OF:
            continue  # reported once, by check_rooms
        for line, quoted, header in includes(path):
            wrong = judge_quoted(room, header) if quoted else judge_angled(room, inside.as_posix(), header)
            if wrong:
                yield f"src/{inside}:{line}: {header}: {wrong}"


def check_treaty(root):
    for path in source_files(root / "include"):
        for line, _, header in includes(path):
            if header not in ("cstddef", "cstdint", "stddef.h", "stdint.h") and not header.startswith(TREATY + "/"):
                yield f"{path.relative_to(root)}:{line}: {header}: the treaty depends on nothing"


def check_probes(root):
    for path in source_files(root / "probes"):
        for line, _, header in includes(path):
            rooms = [part for part in header.split("/")[:-1] if part in TIER_OF]
            if rooms or "../" in header:
                yield f"{path.relative_to(root)}:{line}: {header}: probes include nothing of src/"
            elif any(header.startswith(prefix) for prefix in NOT_IN_PROBES):
                yield f"{path.relative_to(root)}:{line}: {header}: not in somebody else's process"


def cmake_commands(path):
    text = re.sub(r"#[^\n]*", "", path.read_text(encoding="utf-8"))
    for match in COMMAND.finditer(text):
        yield match.group(1), match.group(2).split()


def check_links(room, cmake):
    own_library = False
    for command, words in cmake_commands(cmake):
        own_library |= command == "ftscale_room" and words[:1] == [room]
        for word in words:
            linked = re.fullmatch(r"ftscale(?:::|_)(\w+)", word)
            if linked and linked.group(1) in TIER_OF and not may_use(room, linked.group(1)):
                yield f"src/{room}/CMakeLists.txt: {room} may not link {linked.group(1)}"
    if not own_library:
        yield f"src/{room}/CMakeLists.txt: no ftscale_room({room} ...): each room is a library of its own"


def check_rooms(root):
    source = root / "src"
    top = source / "CMakeLists.txt"
    built = set(re.findall(r"\w+", top.read_text(encoding="utf-8"))) if top.exists() else set()
    for folder in sorted(p for p in source.iterdir() if p.is_dir()):
        room = folder.name
        if room not in TIER_OF:
            yield f"src/{room}: not a room; see ARCHITECTURE.md"
            continue
        if room not in built:
            yield f"src/CMakeLists.txt: {room} is never added"
        cmake = folder / "CMakeLists.txt"
        if cmake.exists():
            yield from check_links(room, cmake)
        else:
            yield f"src/{room}: no CMakeLists.txt: each room is a library of its own"


def check(root):
    """All violations in the repository, one line each."""
    root = Path(root)
    return [*check_rooms(root), *check_sources(root), *check_treaty(root), *check_probes(root)]


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2]
    if not source_files(root / "src"):
        print(f"{root}: no sources to check", file=sys.stderr)
        return 2
    violations = check(root)
    print("\n".join(violations) if violations else "includes and links follow the order of the rooms")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

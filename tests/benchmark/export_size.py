#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""What exporting a large recording costs: for each format seconds, the most memory in use, and the size of the file; and what its pages cost,
which may be no larger than 10 MB.

    export_size.py TOOL WRITER [--samples N] [--max-seconds S] [--max-mb MB]

WRITER is write_large_recording, built by `cmake --build --preset dev --target write_large_recording`. Exits with 1 when a format takes more
than what is allowed. Run it on a quiet machine.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXPORTS = {
    "folded": [],
    "folded, waits": ["--what", "wait"],
    "speedscope": [],
    "speedscope, loss": ["--what", "loss"],
    "speedscope, counter": ["--what", "counter:event-0"],
    "pprof": [],
    "firefox": [],
    "chrome-trace": [],
    "csv": [],
}
PAGES = {
    "report, html": ["report", "--format", "html"],
    "flamegraph": ["flamegraph"],
}
MOST_MB_OF_A_PAGE = 10


def command_of(name):
    return PAGES[name] if name in PAGES else ["export", "--format", name.split(",")[0], *EXPORTS[name]]


def export(tool, recording, name, output):
    """(seconds, MB of resident memory at most, MB of output)"""
    command = [tool, *command_of(name), recording, "-o", output]
    begin = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(map(str, command))} failed")
    return seconds, usage.ru_maxrss / 1024, output.stat().st_size / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", metavar="TOOL")
    parser.add_argument("writer", metavar="WRITER")
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--max-seconds", type=float, default=5)
    parser.add_argument("--max-mb", type=float, default=500)
    options = parser.parse_args()
    too_much = False
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "large.ftscale"
        subprocess.run([options.writer, str(options.samples), recording], check=True)
        print(f"{options.samples} samples, a recording of {recording.stat().st_size / 1e6:.1f} MB")
        print(f"{'format':<21}{'seconds':>8}{'memory MB':>11}{'file MB':>9}")
        for name in [*EXPORTS, *PAGES]:
            seconds, memory, size = export(options.tool, recording, name, Path(folder) / "output")
            fits = seconds <= options.max_seconds and memory <= options.max_mb and (name in EXPORTS or size < MOST_MB_OF_A_PAGE)
            verdict = "" if fits else "  too much"
            too_much |= bool(verdict)
            print(f"{name:<21}{seconds:8.2f}{memory:11.0f}{size:9.1f}{verdict}", flush=True)
    return 1 if too_much else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""What reporting on a large recording takes in memory, of what its streams take unpacked: at most twice as much.

    report_memory.py TOOL WRITER [--samples N] [--waits-per-sample N] [--most RATIO]

WRITER is write_large_recording, built by `cmake --build --preset dev --target write_large_recording`. The default makes 500 MB. Exits with 1 when
it takes more.
"""
import argparse
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

FILE_HEADER_BYTES = 16
SECTION_HEADER = struct.Struct("<IIIIQQ")  # type, run, process, reserved, stored bytes, unpacked bytes
STREAM = 2


def unpacked_bytes(recording):
    total = 0
    with open(recording, "rb") as file:
        file.seek(FILE_HEADER_BYTES)
        while True:
            kind, _, _, _, stored, unpacked = SECTION_HEADER.unpack(file.read(SECTION_HEADER.size))
            if kind == 0:
                return total
            if kind == STREAM:
                total += unpacked
            file.seek(stored, os.SEEK_CUR)


def peak_bytes(command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(map(str, command))} failed")
    return usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", metavar="TOOL")
    parser.add_argument("writer", metavar="WRITER")
    parser.add_argument("--samples", type=int, default=2_350_000)
    parser.add_argument("--waits-per-sample", type=int, default=0)
    parser.add_argument("--most", type=float, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "large.ftscale"
        subprocess.run([options.writer, str(options.samples), recording, str(options.waits_per_sample)], check=True)
        unpacked, peak = unpacked_bytes(recording), peak_bytes([options.tool, "report", recording])
    print(f"{unpacked / 1e6:.0f} MB of streams, {peak / 1e6:.0f} MB of memory: {peak / unpacked:.2f} times as much")
    return 0 if peak <= options.most * unpacked else 1


if __name__ == "__main__":
    sys.exit(main())

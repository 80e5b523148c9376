#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The user guide builds, without a dead link, and names no command or option that the tool does not have. usage: guide_test.py TOOL FOLDER

MkDocs comes from PyPI, into FOLDER; where it cannot be had the test is skipped."""
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
SKIPPED = 77
REQUIREMENT = "mkdocs-material==9.7.0"


def mkdocs(folder):
    program = folder / "bin" / "mkdocs"
    if not program.exists():
        venv.create(folder, with_pip=True)
        done = subprocess.run([folder / "bin" / "pip", "install", "-q", "--disable-pip-version-check", REQUIREMENT], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"skipped: {REQUIREMENT} cannot be installed: {done.stderr[-300:]}")
            sys.exit(SKIPPED)
    return program


def unknown_options(tool, text):
    """Commands as `ftscale NAME ... --option`, in code."""
    helps = {}
    for line in re.findall(r"ftscale [a-z].*", text):
        name = line.split()[1]
        if not re.fullmatch(r"[a-z]+", name):
            continue
        if name not in helps:
            done = subprocess.run([tool, name, "--help"], capture_output=True, text=True)
            helps[name] = done.stdout if done.returncode == 0 else None
        if helps[name] is None:
            continue  # a sentence, or a script's name
        command = re.split(r"[`#|]| && ", line)[0]
        for option in re.findall(r"(?<!\S)--[a-z][a-z-]+", command):
            if option not in helps[name] and option not in ("--workers",):
                yield f"ftscale {name} {option}"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    tool, folder = sys.argv[1], Path(sys.argv[2]).resolve()
    unknown = {option for page in sorted((SOURCE / "docs").glob("*.md")) for option in unknown_options(tool, page.read_text())}
    if unknown:
        sys.exit(f"the guide names what is not there: {', '.join(sorted(unknown))}")
    # Not quietly: then MkDocs counts no warnings, and nothing is an error.
    done = subprocess.run([mkdocs(folder), "build", "--strict", "-d", folder / "site", "-f", SOURCE / "mkdocs.yml"], capture_output=True, text=True,
                          env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    if done.returncode != 0 or not (folder / "site" / "ci" / "index.html").exists():
        sys.exit(done.stdout + done.stderr)


if __name__ == "__main__":
    main()

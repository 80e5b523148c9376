#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Run a viewer's test under node, with its packages from npm.

usage: run_node_test.py TEST.mjs PACKAGES WRITER

Installs what package-lock.json beside the test names into the folder PACKAGES, unless it is there from before; has WRITER write the sample
exports into a temporary folder; and runs the test with both folders. Exits with 77 (skipped) where node or npm are missing, or npm
reaches no registry.
"""
import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
# What npm says when there is no network, as opposed to packages that do not fit together.
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def install(source, packages):
    """Whatever is left of an older or broken installation goes."""
    stamp = packages / "installed-lock.json"
    if stamp.exists() and filecmp.cmp(source / "package-lock.json", stamp, shallow=False):
        return
    shutil.rmtree(packages, ignore_errors=True)
    packages.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, packages)
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=packages, capture_output=True, text=True)
    if done.returncode != 0:
        if any(code in done.stderr for code in UNREACHABLE):
            skip("npm reaches no registry")
        sys.exit(f"npm ci failed:\n{done.stderr}")
    shutil.copy(source / "package-lock.json", stamp)


def main(arguments):
    test, packages, writer = (Path(argument).resolve() for argument in arguments)
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            skip(f"no {program} on PATH")
    install(test.parent, packages)
    for module in test.parent.glob("*.mjs"):  # beside the packages, where node looks for them
        shutil.copy(module, packages)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([writer, folder], check=True)
        return subprocess.run(["node", packages / test.name, packages, folder]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Run a viewer's test under node, with its packages from npm.

usage: run_node_test.py TEST.mjs PACKAGES WRITER

Installs what package-lock.json beside the test names into the folder PACKAGES, unless it is there from before; has WRITER write the sample
exports into a temporary folder; and runs the test with both folders. Exits with 77 (skipped) where node or npm are missing or too old, or
npm reaches no registry.
"""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from npm_packages import install, require_node  # noqa: E402


OLDEST_NODE = 20  # that happy-dom runs on


def main(arguments):
    test, packages, writer = (Path(argument).resolve() for argument in arguments)
    require_node(OLDEST_NODE)
    install(test.parent, packages)
    for module in test.parent.glob("*.mjs"):  # beside the packages, where node looks for them
        shutil.copy(module, packages)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([writer, folder], check=True)
        return subprocess.run(["node", packages / test.name, packages, folder]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

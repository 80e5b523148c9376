#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Runs a test of this folder as the user nobody, when we are root: from a copy of the test, of the tool and of the interpreter, in a folder that
everybody may enter, with a home and a folder for temporary files of its own. usage: as_nobody.py TEST TOOL [unittest arguments]

Exits with 77 (skipped) when we are not root, in which case the test itself is already an ordinary user's, and where that folder cannot be made."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
SKIPPED = 77  # ctest's SKIP_RETURN_CODE for these tests
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def can(*command):
    """Whether nobody can run that."""
    return subprocess.run([*AS_NOBODY, *map(str, command)], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def copy_tool(tool, folder):
    """With the probe, which is looked for beside it."""
    for name in ("bin", "lib"):
        shutil.copytree(tool.parents[1] / name, folder / "tool" / name)
    return folder / "tool" / "bin" / tool.name


def copy_tests(folder):
    for part in ("tests/integration", "tests/targets", "scripts", "python"):
        shutil.copytree(SOURCE / part, folder / "source" / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "source" / "tests" / "integration"


def found_python():
    """The interpreter itself, not a virtual environment's link to it."""
    found = subprocess.run([SOURCE / "scripts" / "find-python"], capture_output=True, text=True)
    named = os.environ.get("FTSCALE_PYTHON") or found.stdout.strip() or skip("no free-threaded Python found")
    code = "import sys; print(sys._base_executable); print(sys.base_prefix)"
    return map(Path, subprocess.run([named, "-I", "-c", code], capture_output=True, text=True, check=True).stdout.splitlines())


def readable_python(folder):
    """An interpreter finds its library from where it is: a copy of all of it works as it does."""
    python, prefix = found_python()
    if can(python, "-c", "import threading, ctypes"):
        return python
    shutil.copytree(prefix, folder / "interpreter", symlinks=True, ignore=shutil.ignore_patterns("test", "*.a"))
    return folder / "interpreter" / python.relative_to(prefix)


def make_folder():
    folder = Path(tempfile.mkdtemp(prefix="as-nobody-"))
    folder.chmod(0o755)
    for name in ("home", "temporary"):
        (folder / name).mkdir()
        os.chown(folder / name, NOBODY, NOBODY)
    return folder


def run_test(folder, test, tool, arguments):
    if not can("test", "-w", folder / "temporary"):
        skip(f"nobody cannot enter {folder}: set TMPDIR to a folder that everybody may enter")
    python = readable_python(folder)
    command = [*AS_NOBODY, python, copy_tests(folder) / test, copy_tool(tool, folder), *arguments]
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)  # whatever the umask was
    variables = {"HOME": folder / "home", "TMPDIR": folder / "temporary", "FTSCALE_PYTHON": python, "USER": "nobody"}
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    return subprocess.run(list(map(str, command)), cwd=folder / "home", env=environment).returncode


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    test, tool, *arguments = sys.argv[1:]
    if os.geteuid() != 0:
        skip("we are an ordinary user already")
    if not shutil.which("setpriv"):
        skip("there is no setpriv")
    folder = make_folder()
    try:
        return run_test(folder, test, Path(tool).resolve(), arguments)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

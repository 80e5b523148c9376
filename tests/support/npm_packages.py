# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Packages from npm that a test needs, as its package-lock.json names them."""
import filecmp
import shutil
import subprocess
import sys

SKIPPED = 77
# What npm says when there is no network, as opposed to packages that do not fit together.
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def require_node(oldest):
    """Skips the test where node of at least this major version, or npm, is not on PATH."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            skip(f"no {program} on PATH")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < oldest:
        skip(f"node is {version}, older than {oldest}")


def install(source, packages, runs_scripts=False):
    """What package-lock.json in `source` names, into the folder `packages`, unless it is there from before; skips the test where that
    cannot be done. Whatever is left of an older or broken installation goes. `runs_scripts`: the packages' own, at their installation."""
    stamp = packages / "installed-lock.json"
    if stamp.exists() and filecmp.cmp(source / "package-lock.json", stamp, shallow=False):
        return
    if shutil.which("npm") is None:
        skip("no npm on PATH")
    shutil.rmtree(packages, ignore_errors=True)
    packages.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, packages)
    scripts = [] if runs_scripts else ["--ignore-scripts"]
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", *scripts], cwd=packages, capture_output=True, text=True)
    if done.returncode != 0:
        if any(code in done.stderr for code in UNREACHABLE):
            skip("npm reaches no registry")
        sys.exit(f"npm ci failed:\n{done.stderr}")
    shutil.copy(source / "package-lock.json", stamp)

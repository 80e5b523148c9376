#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""`pip install`: the wheel is built, installed into a clean virtual environment, and used from there. usage: wheel_test.py FOLDER [unittest arguments]

The build's own requirements come from PyPI; without them the test is skipped. FOLDER is emptied."""
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import zipfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
SKIPPED = 77
MOST_MEGABYTES = 25  # installed
folder = python = None
SCRIPT = """
import os, threading, ftscale
def work():
    x = 1.0
    for _ in range(2_000_000 // int(os.environ["FTSCALE_THREADS"])): x = x * 1.0000001 + 0.5
with ftscale.region("work"):
    threads = [threading.Thread(target=work) for _ in range(int(os.environ["FTSCALE_THREADS"]))]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


def run(*command, **options):
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "FTSCALE_PROBE", "FTSCALE_PYTHON")}
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, env={**environment, **options.pop("env", {})}, **options)


def build():
    """The wheel, and an environment that has it and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    environment = folder / "environment"
    made = run(python, "-m", "venv", environment)
    if made.returncode != 0:
        sys.exit(f"no virtual environment: {made.stderr}")
    # By the name that the build beside has used for it the compiler finds its work in the cache.
    built = run(environment / "bin/pip", "wheel", "-q", "--no-deps", "-w", folder, SOURCE, env={"CXX": os.environ.get("CXX", "c++")})
    if built.returncode != 0:
        if "scikit-build-core" in built.stderr and ("No matching distribution" in built.stderr or "connection" in built.stderr.lower()):
            print(f"skipped: {built.stderr[-400:]}")
            sys.exit(SKIPPED)
        sys.exit(f"the wheel cannot be built:\n{built.stderr[-4000:]}")
    wheel, = folder.glob("ftscale-*.whl")
    installed = run(environment / "bin/pip", "install", "-q", "--no-index", wheel)
    if installed.returncode != 0:
        sys.exit(f"the wheel cannot be installed:\n{installed.stderr}")
    return wheel, environment


class Wheel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wheel, cls.environment = build()
        cls.bin = cls.environment / "bin"

    def output(self, *command, **options):
        done = run(*command, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_versions_agree(self):
        version = re.search(r"project\(ftscale VERSION ([\d.]+)", (SOURCE / "CMakeLists.txt").read_text())[1]
        self.assertEqual(self.output(self.bin / "ftscale", "--version").strip(), f"ftscale {version}")
        self.assertEqual(self.output(self.bin / "python", "-m", "ftscale", "--version").strip(), f"ftscale {version}")
        self.assertIn(f"Version: {version}", self.output(self.bin / "pip", "show", "ftscale"))

    def test_it_is_for_every_python_and_needs_nothing(self):
        self.assertRegex(self.wheel.name, r"^ftscale-[\d.]+-py3-none-linux_\w+\.whl$")
        self.assertRegex(self.output(self.bin / "pip", "show", "ftscale"), r"(?m)^Requires: *$")

    def test_what_is_in_it(self):
        with zipfile.ZipFile(self.wheel) as wheel:
            names = wheel.namelist()
            size = sum(entry.file_size for entry in wheel.infolist())
        for end in ("ftscale/__init__.py", "ftscale/pytest_plugin.py", "scripts/ftscale", "data/lib/ftscale/libftscale_probe.so",
                    "data/share/man/man1/ftscale-run.1", "data/share/man/man5/ftscale-recording.5", "data/share/bash-completion/completions/ftscale",
                    "data/share/zsh/site-functions/_ftscale", "data/share/fish/vendor_completions.d/ftscale.fish", "LICENSE"):
            self.assertTrue(any(name.endswith(end) for name in names), end)
        self.assertFalse([name for name in names if "test" in name.replace("pytest", "")])
        self.assertLess(size / 1e6, MOST_MEGABYTES)

    def test_a_profile_with_what_is_installed(self):
        script = folder / "work.py"
        script.write_text(SCRIPT)
        # The environment's own Python is found, and has the package.
        self.output(self.bin / "ftscale", "run", "-q", "-t", "1,2", "-r", "1", "-o", "out.ftscale", "work.py", cwd=folder,
                    env={"VIRTUAL_ENV": str(self.environment), "PATH": f"{self.bin}:{os.environ['PATH']}"})
        report = json.loads(self.output(self.bin / "ftscale", "report", "out.ftscale", "--format", "json", cwd=folder))
        self.assertEqual([region["name"] for region in report["regions"]], ["work"])
        self.assertEqual(Path(report["target"]["interpreter"]["path"]).parent, self.bin)
        self.output(self.bin / "python", "-m", "ftscale", "run", "-q", "-t", "1", "-r", "1", "-o", "module.ftscale", "work.py", cwd=folder)

    def test_uv_installs_and_runs_it(self):
        tools, project = folder / "tools", folder / "project"
        project.mkdir()
        (project / "work.py").write_text(SCRIPT)
        self.output(python, "-m", "venv", tools)
        fetched = run(tools / "bin/pip", "install", "-q", "--only-binary", ":all:", "uv")
        if fetched.returncode != 0:
            self.skipTest(f"no uv: {fetched.stderr[-400:]}")
        options = {"cwd": project, "env": {"UV_OFFLINE": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_CACHE_DIR": str(folder / "uv-cache")}}
        self.output(tools / "bin/uv", "venv", "-q", "--python", python, **options)
        self.output(tools / "bin/uv", "pip", "install", "-q", "--no-index", self.wheel, **options)
        self.output(tools / "bin/uv", "run", "--no-project", "ftscale", "run", "-q", "-t", "1,2", "-r", "1", "-o", "out.ftscale", "work.py", **options)
        report = json.loads(self.output(self.bin / "ftscale", "report", "out.ftscale", "--format", "json", cwd=project))
        self.assertEqual(Path(report["target"]["interpreter"]["path"]).parent, project / ".venv/bin")

    def test_removing_it_leaves_nothing(self):
        environment = folder / "removed"
        self.output(python, "-m", "venv", environment)
        before = {path for path in environment.rglob("*") if path.is_file()}
        self.output(environment / "bin/pip", "install", "-q", "--no-index", self.wheel)
        self.output(environment / "bin/pip", "uninstall", "-q", "-y", "ftscale")
        left = {path for path in environment.rglob("*") if path.is_file()} - before
        self.assertEqual({path for path in left if path.suffix != ".pyc"}, set())


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = Path(sys.argv.pop(1)).resolve()
    found = subprocess.run([SOURCE / "scripts" / "find-python"], capture_output=True, text=True)
    python = os.environ.get("FTSCALE_PYTHON") or found.stdout.strip()
    if not python:
        print("no free-threaded Python found: skipped")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)

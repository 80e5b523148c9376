#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Shells complete commands, options and values, by the scripts that `ftscale completion` prints. usage: completion_test.py TOOL [unittest arguments]"""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

tool = None


def script(shell):
    return subprocess.run([tool, "completion", shell], capture_output=True, text=True, check=True).stdout


def commands():
    text = subprocess.run([tool, "--help"], capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in text.split("Subcommands:")[1].splitlines() if line.startswith("  ") and line.strip()}


class Bash(unittest.TestCase):
    def completions(self, *words):
        code = script("bash") + "\nCOMP_WORDS=(%s) COMP_CWORD=%d\n_ftscale\nprintf '%%s\\n' \"${COMPREPLY[@]}\"" % (
            " ".join(f"'{word}'" for word in words), len(words) - 1)
        done = subprocess.run(["bash", "-euc", code], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return set(done.stdout.split())

    def test_commands(self):
        self.assertLessEqual(commands(), self.completions("ftscale", ""))
        self.assertEqual(self.completions("ftscale", "rep"), {"report"})

    def test_options(self):
        self.assertIn("--threads", self.completions("ftscale", "run", "--"))
        self.assertEqual(self.completions("ftscale", "report", "--form"), {"--format"})

    def test_values(self):
        self.assertEqual(self.completions("ftscale", "check", "--inconclusive", ""), {"pass", "fail"})
        self.assertEqual(self.completions("ftscale", "export", "--format", "spe"), {"speedscope"})

    def test_files_are_left_to_bash(self):
        self.assertEqual(self.completions("ftscale", "report", "scr"), set())
        self.assertIn("complete -o default", script("bash"))


@unittest.skipUnless(shutil.which("zsh"), "no zsh")
class Zsh(unittest.TestCase):
    def test_zsh_reads_it(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "_ftscale"
            path.write_text(script("zsh"))
            done = subprocess.run(["zsh", "-fc", f"autoload -Uz compinit; fpath=({folder} $fpath); compinit -u -d {folder}/dump; "
                                                 "print $_comps[ftscale]; autoload +X -Uz _ftscale"], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout.strip()), (0, "_ftscale"), done.stderr)
            self.assertEqual(subprocess.run(["zsh", "-n", path], capture_output=True, text=True).stderr, "")


@unittest.skipUnless(shutil.which("fish"), "no fish")
class Fish(unittest.TestCase):
    def completions(self, line):
        done = subprocess.run(["fish", "-N", "-c", "source $argv[1]; complete -C $argv[2]", self.path, line], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {text.split("\t")[0] for text in done.stdout.splitlines()}

    def test_commands_options_and_values(self):
        with tempfile.TemporaryDirectory() as folder:
            self.path = Path(folder) / "ftscale.fish"
            self.path.write_text(script("fish"))
            self.assertLessEqual(commands(), self.completions("ftscale "))
            self.assertIn("--threads", self.completions("ftscale run --thr"))
            self.assertLessEqual({"pass", "fail"}, self.completions("ftscale check --inconclusive "))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    tool = sys.argv.pop(1)
    unittest.main(verbosity=2)

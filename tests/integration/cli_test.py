#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The command line as users meet it: exit codes, messages, and what is left on disk.

usage: cli_test.py TOOL Usage|Sweep [unittest arguments]

Usage needs no free-threaded interpreter; Sweep does, and exits with 77 (skipped) where scripts/find-python finds none.
"""
import os
import pty
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
TOOL = None


class CliTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.write("ok.py", "pass\n")

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def run_tool(self, *words, **variables):
        environment = {**os.environ, **variables}
        return subprocess.run([TOOL, *map(str, words)], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)

    def check_error(self, result, status, message):
        self.assertEqual(result.returncode, status, result.stderr)
        lines = result.stderr.splitlines()
        self.assertTrue(lines and lines[0].startswith("ftscale: error: "), result.stderr)
        self.assertIn(message, lines[0])
        self.assertEqual(len(lines), 2, "an error is one line, and one that says what to do:\n" + result.stderr)
        self.assertTrue(lines[1].startswith("  "))
        self.assertEqual(result.stdout, "")

    def left_behind(self):
        return sorted(path.name for path in self.folder.iterdir() if "ftscale" in path.name)


class Usage(CliTest):
    def test_help_and_version(self):
        for words in (["--help"], ["run", "--help"], ["report", "--help"], ["export", "--help"], ["dump", "--help"], ["doctor", "--help"], ["--version"]):
            with self.subTest(words):
                result = self.run_tool(*words)
                self.assertEqual(result.returncode, 0)
                self.assertIn("ftscale", result.stdout)
                self.assertEqual(result.stderr, "")

    def test_wrong_commands_and_options(self):
        for words, message in (
            ([], "A subcommand is required"),
            (["bogus"], "unknown command 'bogus'"),
            (["run"], "no script to run"),
            (["run", "--bogus", "ok.py"], "--bogus"),
            (["run", "-t"], "-t"),
            (["run", "-t", "0", "ok.py"], "--threads: 0 is not between 1 and"),
            (["run", "-t", "-2", "ok.py"], "--threads: -2 is not between 1 and"),
            (["run", "-t", "x", "ok.py"], "--threads: 'x' is not a whole number"),
            (["run", "-t", "1,,2", "ok.py"], "--threads: a thread count is missing"),
            (["run", "-t", "2,2", "ok.py"], "--threads: 2 is named twice"),
            (["run", "-t", "", "ok.py"], "--threads"),
            (["run", "-r", "0", "ok.py"], "--repeats"),
            (["run", "--warmup", "-1", "ok.py"], "--warmup"),
            (["run", "--scaling", "odd", "ok.py"], "--scaling"),
            (["run", "-F", "many", "ok.py"], "--frequency"),
            (["run", "--sampler", "guess", "ok.py"], "--sampler"),
            (["run", "--timeout", "0", "ok.py"], "--timeout"),
            (["run", "--control", "gil,odd", "ok.py"], "--control: 'odd' is none"),
            (["run", "--env", "NAME", "ok.py"], "--env: 'NAME' is not NAME=VALUE"),
            (["run", "-q", "-v", "ok.py"], "excludes"),
            (["run", "-m"], "-m: MODULE is missing"),
            (["run", "-"], "standard input"),
            (["report"], "RECORDING is required"),
            (["report", "--format", "odd", "x"], "--format"),
            (["export", "x"], "--format is required"),
            (["export", "--format", "csv"], "RECORDING is required"),
            (["export", "--format", "odd", "x"], "--format"),
            (["export", "--format", "folded", "--what", "odd", "x"], "--what: 'odd' is none"),
            (["export", "--format", "folded", "--what", "counter:", "x"], "--what: 'counter:' is none"),
            (["export", "--format", "folded", "--side", "holder", "x"], "--side: only waits"),
            (["export", "--format", "csv", "--what", "cpu", "x"], "--what: not with --format csv"),
            (["export", "--format", "chrome-trace", "--thread", "a", "x"], "--thread: not with --format chrome-trace"),
            (["dump"], "RECORDING is required"),
            (["doctor", "--format", "odd"], "--format"),
            (["doctor", "more"], "more"),
        ):
            with self.subTest(words):
                self.check_error(self.run_tool(*words), 2, message)
        self.assertEqual(self.left_behind(), [])

    def test_interpreters_that_will_not_do(self):
        plain = self.write("plain-file", "")
        hangs = self.write("not-python", "#!/bin/sh\nexit 4\n")
        hangs.chmod(0o755)
        for python, message in (
            ("/nowhere/python", "--python: '/nowhere/python' not found"),
            ("no-such-python", "--python: 'no-such-python' not found"),
            ("/bin/true", "'/bin/true' is not a Python interpreter"),
            ("/bin", "is a directory"),
            (plain, "cannot be executed: Permission denied"),
            (hangs, "exited with status 4"),
        ):
            with self.subTest(python):
                self.check_error(self.run_tool("run", "--python", python, "ok.py"), 1, message)
        self.check_error(self.run_tool("run", "ok.py", FTSCALE_PYTHON="/nowhere/python"), 1, "FTSCALE_PYTHON: '/nowhere/python' not found")
        self.check_error(self.run_tool("run", "ok.py", FTSCALE_PYTHON="", HOME="/nowhere", PATH="/nowhere", XDG_CACHE_HOME="",
                                       XDG_DATA_HOME="", FTSCALE_CACHE="", PYENV_ROOT="", UV_PYTHON_INSTALL_DIR="", VIRTUAL_ENV=""),
                         1, "no free-threaded Python found")
        self.assertEqual(self.left_behind(), [])

    def test_a_python_with_a_gil(self):
        python = "/usr/bin/python3"
        if not os.access(python, os.X_OK):
            self.skipTest(f"no {python}")
        self.check_error(self.run_tool("run", "--python", python, "ok.py"), 1, "has the GIL")

    def test_a_missing_script(self):
        self.check_error(self.run_tool("run", "nope.py"), 1, "script 'nope.py' not found")
        self.check_error(self.run_tool("run", "-t", "1,2", "nope{threads}.py"), 1, "script 'nope1.py' not found")

    def test_recordings_that_are_none(self):
        empty = self.write("empty.ftscale", "")
        foreign = self.write("foreign.ftscale", "#!/bin/sh\n" * 1000)
        for command in (["report"], ["dump"], ["export", "--format", "folded"], ["export", "--format", "csv"]):
            for path in (empty, foreign, self.folder, self.folder / "absent.ftscale"):
                with self.subTest(command=command, path=path):
                    self.check_error(self.run_tool(*command, path), 1, path.name)


def find_python():
    result = subprocess.run([SOURCE / "scripts/find-python"], capture_output=True, text=True)
    return result.stdout.strip() if result.returncode == 0 else None


class Sweep(CliTest):
    ONE_RUN = ("-t", "1", "-r", "1", "--warmup", "0")

    def run_tool(self, *words, **variables):
        return super().run_tool(*words, **{"FTSCALE_PYTHON": PYTHON, **variables})

    def test_outputs_that_cannot_be_written(self):
        self.write("mine.txt", "not a recording\n")
        began = self.write("began.py", "open('began', 'w')\n")
        for output, message in (
            ("/nowhere/x.ftscale", "cannot write '/nowhere/x.ftscale'"),
            (self.folder, "is a directory"),
            ("/dev/full", "is not a file"),
            ("mine.txt", "is not an ftscale recording"),
        ):
            with self.subTest(output):
                self.check_error(self.run_tool("run", "-o", output, began), 1, message)
        self.assertFalse((self.folder / "began").exists(), "the sweep has started all the same")
        self.assertEqual((self.folder / "mine.txt").read_text(), "not a recording\n")

    def test_a_sweep_ends_with_its_report(self):
        result = self.run_tool("run", "-t", "1,2", "-r", "2", "--seed", "7", "ok.py")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("5 runs", result.stderr)
        self.assertIn("seed 7", result.stderr)
        self.assertNotEqual(result.stdout, "")
        self.assertEqual(self.left_behind(), ["ok.ftscale"])
        again = self.run_tool("report", "ok.ftscale")
        self.assertEqual((again.returncode, again.stdout), (0, result.stdout))
        self.assertEqual(self.run_tool("report", "ok.ftscale", "-o", "-").stdout, result.stdout)
        self.assertFalse((self.folder / "-").exists())
        self.assertEqual(self.run_tool("run", "-q", *self.ONE_RUN, "ok.py").stderr, "", "an older recording is replaced")

    def test_words_after_the_script_are_its_own(self):
        self.write("show.py", "import os, sys\nprint(sys.argv[1:], os.environ['FTSCALE_THREADS'], os.process_cpu_count())\n")
        result = self.run_tool("run", "-q", "-t", "2", "-r", "1", "--warmup", "0", "show.py", "-t", "{threads}", "--", "--help")
        self.assertEqual(result.stdout, "['-t', '2', '--', '--help'] 2 2\n")
        result = self.run_tool("run", "-q", *self.ONE_RUN, "--", "show.py", "-q")
        self.assertEqual(result.stdout, "['-q'] 1 1\n")
        result = self.run_tool("run", "-q", *self.ONE_RUN, "-c", "import sys; print(sys.argv)", "a")
        self.assertEqual(result.stdout, "['-c', 'a']\n")
        result = self.run_tool("run", "-q", *self.ONE_RUN, "-m", "show", "x")
        self.assertEqual(result.stdout, "['x'] 1 1\n")
        self.assertEqual(self.left_behind(), ["command.ftscale", "show.ftscale"])

    def test_an_installed_command(self):
        tool = self.write("greet", f"#!{PYTHON}\nimport sys\nprint('hello', sys.argv[1:])\n")
        tool.chmod(0o755)
        elsewhere = self.folder / "work"
        elsewhere.mkdir()
        environment = {**os.environ, "FTSCALE_PYTHON": PYTHON, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        result = subprocess.run([TOOL, "run", "-q", *self.ONE_RUN, "--", "greet", "-q"], cwd=elsewhere, env=environment,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.assertEqual((result.returncode, result.stdout), (0, "hello ['-q']\n"), result.stderr)
        self.assertTrue((elsewhere / "greet.ftscale").exists())
        for name in ("no-such-command", "ls"):
            self.check_error(self.run_tool("run", *self.ONE_RUN, name), 1, "nor an installed command of that name")

    def run_with_input(self, stdin, *words):
        return subprocess.run([TOOL, "run", *words], cwd=self.folder, env={**os.environ, "FTSCALE_PYTHON": PYTHON}, stdin=stdin,
                              capture_output=True, text=True, timeout=120)

    def test_each_run_reads_the_same_input(self):
        self.write("total.py", "import sys\nprint(sum(map(int, sys.stdin)))\n")
        numbers = self.write("numbers.txt", "1\n2\n3\n")
        sweep = ("-q", "-t", "1", "-r", "2", "--warmup", "1")
        with open(numbers) as stdin:
            self.assertEqual(self.run_with_input(stdin, *sweep, "total.py").stdout, "6\n6\n6\n")
        self.assertEqual(self.run_tool("run", *sweep, "--stdin", "numbers.txt", "total.py").stdout, "6\n6\n6\n")
        self.check_error(self.run_tool("run", "--stdin", "absent", "total.py"), 2, "--stdin: cannot read 'absent'")

    def test_a_script_from_standard_input(self):
        script = self.write("script.txt", "import sys\nprint(sys.argv)\n")
        with open(script) as stdin:
            result = self.run_with_input(stdin, "-q", "-t", "1", "-r", "2", "--warmup", "0", "-", "x")
        self.assertEqual((result.returncode, result.stdout), (0, "['-', 'x']\n['-', 'x']\n"), result.stderr)
        self.assertEqual(self.left_behind(), ["stdin.ftscale"])

    def test_input_from_a_pipe_is_warned_of(self):
        reader, writer = os.pipe()
        os.write(writer, b"1\n")
        os.close(writer)
        self.write("total.py", "import sys\nprint(sum(map(int, sys.stdin)))\n")
        result = self.run_with_input(reader, "-t", "1", "-r", "2", "--warmup", "0", "total.py")
        os.close(reader)
        self.assertIn("only the first run can read", result.stderr)
        self.assertIn("1\n0\n", result.stdout)

    def test_environment(self):
        self.write("show.py", "import os\nprint([os.environ.get(n) for n in ('PYTHON_CPU_COUNT', 'OMP_NUM_THREADS', 'A', 'LANG')])\n")
        result = self.run_tool("run", "-q", *self.ONE_RUN, "--env", "A=b=c", "--env", "LANG=", "show.py", OMP_NUM_THREADS="7", LANG="C")
        self.assertEqual(result.stdout, "['1', '7', 'b=c', None]\n")
        result = self.run_tool("run", "-q", *self.ONE_RUN, "--library-threads", "n", "show.py", LANG="C")
        self.assertEqual(result.stdout, "['1', '1', None, 'C']\n")
        result = self.run_tool("run", "-q", *self.ONE_RUN, "--no-thread-env", "show.py", LANG="C")
        self.assertEqual(result.stdout, "[None, None, None, 'C']\n")

    def check_failure(self, result, status, message):
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertIn(message, result.stderr)
        self.assertEqual(self.left_behind(), ["fails.ftscale"])
        self.assertEqual(self.run_tool("report", "fails.ftscale").returncode, 0)

    def test_a_script_that_fails_ends_the_sweep(self):
        for code, message in (
            ("import sys; print('script-was-here', flush=True); sys.exit(3)", "the script failed: exit status 3"),
            ("print('script-was-here', flush=True); raise ValueError", "the script failed: exit status 1"),
            ("import os; print('script-was-here', flush=True); os.kill(os.getpid(), 9)", "killed by signal 9 (Killed)"),
            ("import os; print('script-was-here', flush=True); os.abort()", "killed by signal 6 (Aborted)"),
        ):
            with self.subTest(code):
                self.write("fails.py", code)
                result = self.run_tool("run", "-t", "1,2", "fails.py")
                self.check_failure(result, 1, message)
                self.assertEqual(result.stdout.count("script-was-here\n"), 1, "the sweep has gone on")

    def test_a_script_that_takes_too_long(self):
        self.write("fails.py", "import threading\nthreading.Event().wait()\n")
        self.check_failure(self.run_tool("run", "--timeout", "0.5", "fails.py"), 1, "time limit exceeded")

    def test_an_interrupt_keeps_what_was_recorded(self):
        script = self.write("fails.py", "print('ready', flush=True)\nwhile True: pass\n")
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number), subprocess.Popen([TOOL, "run", script], cwd=self.folder, stdout=subprocess.PIPE, text=True,
                                                        stderr=subprocess.PIPE, env={**os.environ, "FTSCALE_PYTHON": PYTHON}) as tool:
                self.assertEqual(tool.stdout.readline(), "ready\n")
                tool.send_signal(number)
                _, stderr = tool.communicate(timeout=60)
                self.check_failure(subprocess.CompletedProcess([], tool.returncode, "", stderr), 130, "interrupted")

    def test_ctrl_c_at_the_terminal_reaches_the_script_once(self):
        script = self.write("fails.py", "import time\ntry: print('ready', flush=True); time.sleep(1000)\n"
                                        "except KeyboardInterrupt: print('caught')\ntime.sleep(0.2)\n")
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.environ["FTSCALE_PYTHON"] = PYTHON
            os.execv(TOOL, [TOOL, "run", "-t", "1,2", str(script)])
        seen, is_sent = b"", False
        while True:
            try:
                piece = os.read(terminal, 4096)
            except OSError:
                break
            seen += piece
            if b"ready" in seen and not is_sent:
                os.write(terminal, b"\x03")
                is_sent = True
            if not piece:
                break
        os.close(terminal)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self.assertEqual(status, 130, seen)
        self.assertIn(b"caught", seen)
        self.assertNotIn(b"Traceback", seen)
        self.assertIn(b"run 1 of 7: 2 threads, warm-up", seen, "no progress line on a terminal")

    def test_a_killed_tool_leaves_something_to_read(self):
        script = self.write("fails.py", "print('ready', flush=True)\nwhile True: pass\n")
        with subprocess.Popen([TOOL, "run", script], cwd=self.folder, stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL,
                              env={**os.environ, "FTSCALE_PYTHON": PYTHON}) as tool:
            self.assertEqual(tool.stdout.readline(), "ready\n")
            tool.kill()
            # The script holds the pipe as well: its end is the script's end.
            tool.communicate(timeout=60)
        self.assertEqual(self.left_behind(), ["fails.ftscale.partial"])
        self.assertEqual(self.run_tool("report", "fails.ftscale.partial").returncode, 0)
        self.write("fails.py", "pass\n")
        self.assertEqual(self.run_tool("run", *self.ONE_RUN, "fails.py").returncode, 0)
        self.assertEqual(self.left_behind(), ["fails-unfinished.ftscale", "fails.ftscale"])

    def test_two_sweeps_do_not_write_one_recording(self):
        script = self.write("fails.py", "print('ready', flush=True)\nwhile True: pass\n")
        with subprocess.Popen([TOOL, "run", script], cwd=self.folder, stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL,
                              env={**os.environ, "FTSCALE_PYTHON": PYTHON}) as tool:
            self.assertEqual(tool.stdout.readline(), "ready\n")
            self.check_error(self.run_tool("run", "fails.py"), 1, "another ftscale is writing it")
            tool.terminate()
            tool.communicate(timeout=60)

    def test_output_that_is_lost_is_an_error(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([TOOL, "--help"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn("cannot write to standard output", result.stderr)


if __name__ == "__main__":
    TOOL = os.path.abspath(sys.argv.pop(1))
    PYTHON = find_python()
    if "Sweep" in sys.argv[1] and PYTHON is None:
        print("no free-threaded python: skipped")
        sys.exit(77)
    unittest.main()

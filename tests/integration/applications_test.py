#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Servers and libraries as people use them: under the probe they answer, say and end as without it, and what they did is in the recording.
usage: applications_test.py TOOL VENV [unittest arguments]

VENV is the folder in which a virtual environment is made when it is not there, of what applications/requirements.txt lists, from PyPI; where that
cannot be had the test is skipped."""
import concurrent.futures
import fcntl
import http.client
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import termios
import time
import unittest
from pathlib import Path

import profiling

APPLICATIONS = Path(__file__).with_name("applications")
PATIENCE_S = 30  # with what takes a second
QUIET_LOG = r"(?!.*queue depth).*"  # how long waitress's queue gets is not the same each time
GUNICORN = ["gunicorn", "-k", "gthread", "-w", "2", "--threads", "2", "--no-control-socket", "-b"]
environment = None  # the folder of the virtual environment
interpreter = None  # there, by the name under which its commands know it
# Half a second of work: by then a server's main thread has long begun to wait for signals. One that comes as CPython begins to wait for a lock
# would not end the wait, without the probe either: it tries some times before it sleeps, and asks for signals before that.
REQUESTS = [("GET", "/?100000", b"")] * 20 + [("POST", f"/?{80_000 + 2000 * number}", b"x" * number * 4096 + b"the end.") for number in range(30)]


def without_the_tools_words(said):
    """The tool says how the run ended, where it did not end well, and where the recording is."""
    return [line for line in said.splitlines() if not line.startswith(("ftscale: ", "  what was recorded is kept in "))]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def without_numbers(lines):
    """As they are but for times, processes and ports; in no order, as threads and processes write them."""
    return sorted(re.sub(r"\d+", "N", line) for line in lines)


def children(pid):
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def request(port, method, target, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request(method, target, body)
        response = connection.getresponse()
        return response.status, response.getheader("Content-Type"), response.read()
    finally:
        connection.close()


class Server:
    """A server that listens when this is made: in a session of its own, at a terminal that shows nothing."""

    def __init__(self, command, folder, port):
        self.port, self.log = port, folder / "log"
        self.keyboard, terminal = pty.openpty()
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(list(map(str, command)), cwd=APPLICATIONS, stdin=terminal, stdout=log, stderr=subprocess.STDOUT,
                                            env=surroundings(), start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(terminal)
        while not self.listens():
            if self.process.poll() is not None:
                raise AssertionError(f"{command} ended with {self.process.returncode}: {self.said()}")
            time.sleep(0.02)

    def listens(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def load(self):
        with concurrent.futures.ThreadPoolExecutor(4) as clients:
            return list(clients.map(lambda words: request(self.port, *words), REQUESTS))

    def said(self):
        return self.log.read_text()

    def press_control_c(self):
        """The terminal's signal goes to all."""
        os.write(self.keyboard, b"\x03")
        return self.wait()

    def signal(self, number):
        """Under the tool the server is the tool's only child."""
        below = children(self.process.pid) if is_tool(self.process.pid) else [self.process.pid]
        assert len(below) == 1, below
        os.kill(below[0], number)
        return self.wait()

    def wait(self):
        """Its status, and whether what it started is gone, too."""
        self.process.wait(PATIENCE_S)
        return self.process.returncode, self.is_gone()

    def is_gone(self):
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def kill(self):
        if not self.is_gone():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.keyboard)


def is_tool(pid):
    return os.path.realpath(f"/proc/{pid}/exe") == os.path.realpath(profiling.setting("tool"))


def surroundings():
    """What both are told."""
    return {**os.environ, "FTSCALE_THREADS": "2", "PYTHONUNBUFFERED": "1"}


class ApplicationTest(profiling.ProfilingTest):
    def plain_command(self, words):
        return [interpreter if words[0] == "python" else environment / "bin" / words[0], *words[1:]]

    def probed_command(self, words, *options):
        """`ftscale run -- gunicorn ...` finds the command beside the interpreter; a script is named as it is."""
        words = words[1:] if words[0] == "python" else words
        self.recording = self.folder / "out.ftscale"
        return [profiling.setting("tool"), "run", "-q", "-t", "2", "-r", "1", "--warmup", "0", "--no-pin", "--no-thread-env", "--python", interpreter,
                "-o", self.recording, *options, "--", *words]

    def check_recording(self, *functions):
        """The report of the run, and how its process ended, as subprocess says it."""
        report = self.read_report(self.recording)
        self.assertGreater(report["measurement"]["samples"], 20)
        self.assertLessEqual(set(functions), {row["function"] for run in report["runs"] for row in run["functions"]})
        execution = report["sweep"]["executions"][-1]
        return report, -execution["signal"] or execution["exit_code"]


class Servers(ApplicationTest):
    def serve(self, command, port, end):
        server = Server(command, self.folder, port)
        self.addCleanup(server.kill)
        answers = server.load()
        status, is_gone = end(server)
        self.assertTrue(is_gone, f"{command} has left processes behind")
        return answers, status, server.said()

    def check_server(self, words, *options, log=r".*", statuses=()):
        """Ended by either signal. `log`: of what the server writes, the lines that are the same each time. `statuses`: if it does not end in the
        same way each time, its ways."""
        for number in (signal.SIGTERM, signal.SIGINT):
            def end(server):
                return server.signal(number)
            with self.subTest(words[0], signal=number.name):
                port = free_port()
                words_now = [word.replace("PORT", str(port)) for word in words]
                answers, plain_status, said = self.serve(self.plain_command(words_now), port, end)
                self.assertEqual({answer[0] for answer in answers}, {200})
                probed_answers, tool_status, probed_said = self.serve(self.probed_command(words_now, *options), port, end)
                self.assertEqual(probed_answers, answers)
                self.assertEqual(self.lines(probed_said, log), self.lines(said, log))
                report, status = self.check_recording("work")
                self.assertIn(plain_status, statuses or [plain_status])
                self.assertIn(status, statuses or [plain_status])
                self.assertEqual(tool_status, 1 if status else 0)

    def lines(self, said, log):
        return without_numbers(line for line in without_the_tools_words(said) if re.fullmatch(log, line))

    def test_gunicorn(self):
        self.check_server([*GUNICORN, "127.0.0.1:PORT", "web_application:wsgi"], "--follow-children")

    def test_waitress(self):
        self.check_server(["waitress-serve", "--listen=127.0.0.1:PORT", "--threads=2", "web_application:wsgi"], log=QUIET_LOG)

    def test_uvicorn(self):
        self.check_server(["uvicorn", "--port", "PORT", "web_application:asgi"])

    @unittest.skip("a fault that is known: a signal that arrives together with a sample does not end a wait for a lock, in which its main thread is")
    def test_granian(self):
        """Its workers are threads where there is no GIL. What the interpreter complains of as they go is not always there. CPython 3.13 ends such
        threads by unwinding them at its own end, at which Rust aborts the process, now and then and without the probe, too."""
        self.check_server(["granian", "--port", "PORT", "--interface", "wsgi", "--workers", "2", "--runtime-mode", "mt", "web_application:wsgi"],
                          log=r"\[(INFO|WARNING|ERROR)\] .*", statuses=[0, -signal.SIGABRT] if interpreter.name == "python3.13t" else [0])

    def test_an_event_loop_in_each_thread(self):
        self.check_server(["python", "loop_per_thread.py", "PORT"])

    def test_workers_that_are_not_followed(self):
        port = free_port()
        words = [*GUNICORN, f"127.0.0.1:{port}", "web_application:wsgi"]
        answers, status, _ = self.serve(self.probed_command(words), port, lambda server: server.signal(signal.SIGTERM))
        self.assertEqual({answer[0] for answer in answers}, {200})
        self.assertEqual(status, 0)
        report = self.read_report(self.recording)
        self.assertIn("unrecorded_children", {warning["code"] for warning in report["warnings"]})

    def test_control_c(self):
        """The tool says that it was interrupted, after the server has ended as it does. Not for gunicorn: its workers, which get the master's signal,
        too, now and then wait for themselves, and without the probe."""
        port = free_port()
        for words in (["waitress-serve", f"--listen=127.0.0.1:{port}", "web_application:wsgi"], ["uvicorn", "--port", str(port), "web_application:asgi"]):
            with self.subTest(words[0]):
                answers, _, said = self.serve(self.plain_command(words), port, Server.press_control_c)
                probed_answers, status, probed_said = self.serve(self.probed_command(words), port, Server.press_control_c)
                self.assertEqual(probed_answers, answers)
                self.assertEqual(status, 130)
                self.assertEqual(self.lines(probed_said, QUIET_LOG), self.lines(said, QUIET_LOG))
                self.check_recording("work")


class Libraries(ApplicationTest):
    def run_command(self, command):
        return subprocess.run(list(map(str, command)), cwd=APPLICATIONS, env=surroundings(), capture_output=True, text=True, timeout=4 * PATIENCE_S)

    def check_same(self, words, *options, functions=("work",), clean=lambda text: text):
        plain = self.run_command(self.plain_command(words))
        probed = self.run_command(self.probed_command(words, *options))
        self.assertEqual(clean(probed.stdout), clean(plain.stdout))
        self.assertTrue(plain.stdout)
        self.assertEqual(without_the_tools_words(probed.stderr), plain.stderr.splitlines())
        _, status = self.check_recording(*functions)
        self.assertEqual(status, plain.returncode)
        return plain

    def test_threads_of_joblib(self):
        self.assertEqual(self.check_same(["python", "joblib_backends.py", "threading"]).returncode, 0)

    def test_processes_of_joblib(self):
        self.assertEqual(self.check_same(["python", "joblib_backends.py", "loky"], "--follow-children").returncode, 0)

    def test_processes_of_joblib_that_are_not_followed(self):
        words = ["python", "joblib_backends.py", "loky"]
        plain, probed = self.run_command(self.plain_command(words)), self.run_command(self.probed_command(words))
        self.assertEqual((probed.returncode, probed.stdout, probed.stderr), (plain.returncode, plain.stdout, plain.stderr))
        self.read_report(self.recording)

    def test_pytest_in_parallel(self):
        words = ["pytest", "-v", "-p", "no:cacheprovider", "-p", "no:randomly", "--parallel-threads=4", "parallel_tests.py"]
        plain = self.check_same(words, clean=lambda text: re.sub(r"\d+\.\d+s|=+", "", text))
        self.assertEqual(plain.returncode, 1)
        self.assertIn("5 passed, 1 xfailed, 1 error", plain.stdout)

    def test_sqlalchemy(self):
        database = self.folder / "orders.sqlite"
        words = ["python", "sqlite_orders.py", str(database)]
        plain = self.run_command(self.plain_command(words))
        self.assertEqual(plain.returncode, 0, plain.stderr)
        database.unlink()
        probed = self.run_command(self.probed_command(words))
        self.assertEqual((probed.returncode, probed.stdout, probed.stderr), (plain.returncode, plain.stdout, plain.stderr))
        self.check_recording("serve")


def make_environment(folder):
    """One for each version of Python, made anew when the requirements have changed."""
    global environment, interpreter
    python = profiling.setting("python")
    version = subprocess.run([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True, check=True).stdout.strip()
    environment = folder / version
    interpreter = environment / "bin" / f"python{version}t"
    requirements, stamp = APPLICATIONS / "requirements.txt", environment / "requirements.txt"
    if stamp.exists() and stamp.read_bytes() == requirements.read_bytes() and subprocess.run([interpreter, "-c", ""], capture_output=True).returncode == 0:
        return
    shutil.rmtree(environment, ignore_errors=True)
    subprocess.run([python, "-m", "venv", environment], check=True)
    done = subprocess.run([environment / "bin" / "pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:", "-r", requirements],
                          capture_output=True, text=True)
    if done.returncode != 0:
        print(f"skipped: the applications cannot be installed: {done.stderr[-400:]}")
        sys.exit(profiling.SKIPPED)
    shutil.copy(requirements, stamp)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job's children would ignore it
    folder = Path(sys.argv.pop(2)).resolve()
    profiling.main(__doc__, lambda: make_environment(folder))

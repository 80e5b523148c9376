#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""What the doctor promises is what a run then does: for whoever started the test, for an ordinary user, in a sandbox.

usage: doctor_test.py TOOL FORBID [unittest arguments]

FORBID is tests/support/forbid, which starts a program with some system calls forbidden.
"""
import json
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import profiling

NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]
OWN_NAMESPACES = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--ipc", "--uts"]
FORBID = None

BUSY = """
import time
end = time.thread_time() + 0.4
while time.thread_time() < end:
    sum(range(1000))
"""


def forbidding(*calls):
    return [FORBID, ",".join(calls)]


class Answer:
    """The doctor's JSON."""

    def __init__(self, process):
        self.status = process.returncode
        self.document = json.loads(process.stdout)
        self.used = self.document["used"]
        self.checks = {check["subject"]: check for section in self.document["sections"] for check in section["checks"]}

    def status_of(self, subject):
        return self.checks[subject]["status"]

    def command_of(self, subject):
        return self.checks[subject]["command"]


class DoctorTest(profiling.ProfilingTest):
    """A folder that anybody can use, with copies of the tool and the probe in it."""

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o777)
        build = Path(profiling.tool).parents[1]
        for name in ("bin/ftscale", "lib/libftscale_probe.so"):
            (self.folder / name).parent.mkdir()
            shutil.copy(build / name, self.folder / name)
        self.python = profiling.python
        self.busy = self.script("busy.py", BUSY)
        self.busy.chmod(0o644)

    def start(self, around, *words):
        variables = {key: value for key, value in os.environ.items() if not key.startswith(("FTSCALE_", "PYTHON"))}
        variables.update(HOME=str(self.folder), FTSCALE_PYTHON=str(self.python))
        return subprocess.run([*map(str, around), str(self.folder / "bin/ftscale"), *map(str, words)], cwd=self.folder,
                              env=variables, capture_output=True, text=True, timeout=120)

    def require(self, around):
        done = subprocess.run([*map(str, around), "true"], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"{around[0]} is not allowed here: {done.stderr.strip()}")

    def ask(self, around):
        process = self.start(around, "doctor", "--format", "json")
        self.assertEqual(process.stderr, "")
        answer = Answer(process)
        self.assertEqual(answer.status, 0, process.stdout)
        self.assertTrue(answer.document["possible"])
        return answer

    def profile_busy(self, around):
        process = self.start(around, "run", "-q", "-t", "1,2", "-r", "1", "--warmup", "0", "-o", "out.ftscale", self.busy)
        self.assertEqual(process.returncode, 0, process.stderr)
        return self.read_report(self.folder / "out.ftscale")

    def check_promise(self, around):
        """Both say the same of each ladder. Returns what the doctor said, and the report."""
        answer = self.ask(around)
        report = self.profile_busy(around)
        measurement, warnings = report["measurement"], {warning["code"] for warning in report["warnings"]}
        self.assertEqual(measurement["sampler"], answer.used["sampling"])
        self.assertGreater(measurement["samples"], 20)
        self.assertEqual("objects" not in measurement["dropped"], answer.used["contention"] is not None)
        kernel_lost = bool(warnings & {"no_perf_events", "kernel_not_measured"})
        self.assertEqual(not kernel_lost, answer.used["kernel_share"] is not None)
        return answer, report


class Promises(DoctorTest):
    def test_whoever_started_the_test(self):
        answer, _ = self.check_promise([])
        contained = "Seccomp:\t0" not in Path("/proc/self/status").read_text()
        commands = [check["command"] for check in answer.checks.values() if check["command"]]
        if os.geteuid() == 0 and not contained:
            self.assertFalse([c for c in commands if c.startswith(("sudo ", "su "))], "root needs neither")

    def let_nobody_in(self):
        """Arguments that start a program as nobody, with an interpreter he can read."""
        if os.geteuid() != 0:
            self.skipTest("only root can become another user")
        self.require(AS_NOBODY)
        around = AS_NOBODY
        if subprocess.run([*AS_NOBODY, self.python, "-c", ""], capture_output=True).returncode != 0:
            # The interpreter is in a home folder: seen from another place it can be read.
            prefix = Path(self.python).resolve().parents[1]
            place = self.folder / "python"
            place.mkdir()
            mounted = ["unshare", "--mount", "sh", "-c", f'mount --bind "{prefix}" "{place}" && exec "$@"', "sh"]
            self.require(mounted)
            self.python = place / "bin" / Path(self.python).name
            around = [*mounted, *AS_NOBODY]
        return around

    def test_an_ordinary_user(self):
        answer, report = self.check_promise(self.let_nobody_in())
        self.assertEqual(report["target"]["interpreter"]["path"], str(self.python))
        paranoid = int(Path("/proc/sys/kernel/perf_event_paranoid").read_text())
        if paranoid == 2 and answer.status_of("perf events") == "ok":
            self.assertEqual(answer.status_of("kernel samples"), "limited")
            self.assertEqual(answer.status_of("perf_event_paranoid"), "limited")
            self.assertRegex(answer.command_of("kernel samples"), "^(sudo|su - -c|.*# on the host)")
            self.assertIn("sysctl kernel.perf_event_paranoid=1", answer.command_of("kernel samples"))

    def check_sandboxed(self, around):
        answer, report = self.check_promise(around)
        self.assertEqual(answer.used, {"sampling": "cpu-timer", "contention": None, "run_queue": answer.used["run_queue"],
                                       "kernel_share": None})
        for subject in ("perf events", "kernel samples", "hardware counters", "process_vm_readv"):
            self.assertEqual(answer.status_of(subject), "missing", subject)
        self.assertRegex(answer.command_of("perf events"), "^(docker|podman) run --cap-add PERFMON|^securityContext")
        self.assertRegex(answer.command_of("process_vm_readv"), "^(docker|podman) run --cap-add SYS_PTRACE|^securityContext")
        return report

    def test_a_sandbox_that_filters_system_calls(self):
        around = forbidding("perf_event_open", "process_vm_readv")
        self.require(around)
        self.check_sandboxed(around)

    def test_a_sandbox_with_namespaces_of_its_own(self):
        around = [*OWN_NAMESPACES, *forbidding("perf_event_open", "process_vm_readv")]
        self.require(around)
        self.check_sandboxed(around)

    def test_no_sampler_at_all(self):
        around = forbidding("perf_event_open", "timer_create")
        self.require(around)
        answer = self.ask(around)
        self.assertIsNone(answer.used["sampling"])
        self.assertIsNone(self.profile_busy(around)["measurement"]["sampler"])

    def test_a_cpu_that_we_keep_from_ourselves(self):
        if len(os.sched_getaffinity(0)) < 2:
            self.skipTest("takes two CPUs")
        cpu = min(os.sched_getaffinity(0))
        answer = self.ask(["taskset", "-c", cpu])
        self.assertEqual(answer.status_of("CPU affinity"), "limited")
        self.assertEqual(answer.document["machine"]["cpus"], 1)
        self.assertTrue(answer.command_of("CPU affinity").startswith("taskset -c "))


class WithoutPerfEvents(DoctorTest):
    def test_a_profile_is_made_from_timers_and_says_so_in_one_line(self):
        around = forbidding("perf_event_open")
        self.require(around)
        report = self.profile_busy(around)
        self.assertEqual(report["measurement"]["sampler"], "cpu-timer")
        self.assertGreater(report["measurement"]["samples"], 20)
        said = [warning["message"] for warning in report["warnings"] if "POSIX timer" in warning["message"]]
        self.assertEqual(len(said), 1)
        self.assertIn("no perf events here", said[0])
        self.assertRegex(said[0], "'ftscale doctor' says|'sysctl kernel.perf_event_paranoid=1' gets")
        text = self.start([], "report", "out.ftscale").stdout
        self.assertIn("no perf events here", " ".join(text.split()))

    def test_a_timer_that_was_asked_for_is_no_complaint_about_the_machine(self):
        process = self.start([], "run", "-q", "-t", "1", "-r", "1", "--warmup", "0", "--sampler", "cpu-timer", self.busy)
        self.assertEqual(process.returncode, 0, process.stderr)
        report = self.read_report(self.folder / "busy.ftscale")
        said = [warning["message"] for warning in report["warnings"] if "POSIX timer" in warning["message"]]
        self.assertEqual(len(said), 1)
        self.assertIn("as asked for", said[0])


class Verdicts(DoctorTest):
    def test_without_an_interpreter_no_profile_is_possible(self):
        for python in ("/nowhere/python", "/bin/true"):
            with self.subTest(python):
                self.python = python
                process = self.start([], "doctor", "--format", "json")
                answer = Answer(process)
                self.assertEqual((answer.status, process.stderr), (1, ""))
                self.assertFalse(answer.document["possible"])
                self.assertIn(python, answer.document["obstacle"])
                self.assertTrue(answer.command_of("interpreter"))
                self.assertEqual(self.start([], "run", self.busy).returncode, 1, "and a run says the same")

    def test_without_the_probe_no_profile_is_possible(self):
        (self.folder / "lib/libftscale_probe.so").unlink()
        answer = Answer(self.start([], "doctor", "--format", "json"))
        self.assertEqual(answer.status, 1)
        self.assertEqual(answer.status_of("probe"), "missing")
        self.assertIn("libftscale_probe.so", answer.document["obstacle"])

    def test_the_gil_of_a_variable(self):
        answer = self.ask(["env", "PYTHON_GIL=1"])
        self.assertEqual(answer.status_of("GIL"), "limited")
        self.assertEqual(answer.command_of("GIL"), "unset PYTHON_GIL")

    def test_text_says_what_json_says(self):
        answer = self.ask([])
        process = self.start([], "doctor")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        for check in answer.checks.values():
            self.assertRegex(process.stdout, rf"(?m)^  (ok     |limited|missing)  {check['subject']}  ")
        stable = [c["command"] for s, c in answer.checks.items() if c["command"] and s != "load"]
        for command in stable:
            self.assertIn(f"→ {command}\n", process.stdout, "a command is never wrapped")
        self.assertIn("A profile is possible.", process.stdout)


if __name__ == "__main__":
    FORBID = os.path.abspath(sys.argv.pop(2)) if len(sys.argv) > 2 else sys.exit(__doc__)
    profiling.main(__doc__)

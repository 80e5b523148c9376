#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Runs CPython's own tests of what the probe stands in front of (threads, signals, processes, input and output, tracing), with and without it:
whether each test ends as it does without. Prints a Markdown table, and below it the tests that ended otherwise.

usage: cpython_suites.py FTSCALE [--python PYTHON] [--modules test_a,test_b] [--short] [--no-follow-children] [--again N] [--resources LIST]

A test that ended otherwise is run again alone, --again times without the probe and with it: changed are those that end with the probe in a way
in which they never end without; the rest are flaky. Some are known to be changed, and why. The exit status is 1 when others are changed or a
recording cannot be read; 77 when there is no free-threaded Python or, with --short, none that has the package `test`. Otherwise that package is
taken from the sources of the same version.
"""
import argparse
import collections
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORDER = Path(__file__).with_name("record_outcomes.py")
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
MODULES = """test_threading test_thread test_threadsignals test_threading_local test_gc test_weakref test_concurrent_futures test_queue test_asyncio
    test_subprocess test_fork1 test_os test_posix test_signal test_eintr test_io test_mmap test_monitoring test_sys_settrace test_sys_setprofile
    test_sys test_atexit test_time test_faulthandler test_socket test_select test_poll test_epoll test_selectors test_interpreters
    test_free_threading test_multiprocessing_fork test_multiprocessing_spawn test_multiprocessing_forkserver test_ctypes""".split()
SHORT = """test_thread test_threadsignals test_threading_local test_gc test_fork1 test_posix test_mmap test_monitoring test_sys_settrace
    test_sys_setprofile test_atexit test_select test_epoll""".split()  # seconds each
DIVIDED = ("test_asyncio", "test_concurrent_futures", "test_multiprocessing_")  # packages that take long: a process for each of their modules
# With --follow-children, where the script's children are to load the probe as it did.
EXPECTED = {
    "test.test_subprocess.POSIXProcessTestCase.test_vfork_used_when_expected": "does not run where LD_PRELOAD is set",
    "test.test_subprocess.POSIXProcessTestCase.test_close_fds_when_max_fd_is_lowered":
        "a limit of 29 descriptors leaves those of a child no room above the probe's, which is at 22",
}
ENDS_WELL = ("passed", "expected failure")


class Interpreter:
    """The Python, and where its `test` is: a folder to put on the path, or nowhere when it has its own."""

    def __init__(self, path):
        self.path = path
        self.version = self.say("import platform; print(platform.python_version())")
        self.test_folder = self.find_tests()
        self.extra_path = None

    def say(self, code):
        done = subprocess.run([self.path, "-c", code], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    def find_tests(self):
        found = self.say("import test.support, os; print(os.path.dirname(test.__file__))")
        return Path(found) if found else None

    def take_tests_from_sources(self, folder):
        """Those of Debian's source package, when it is of this version."""
        script = '. "$1/scripts/python_source.sh"; fetch_python_source "$2"'
        done = subprocess.run(["bash", "-c", script, "bash", ROOT, folder], capture_output=True, text=True)
        tests = next(folder.glob(f"python3.*-{self.version}/Lib/test"), None)
        if tests is None:
            sys.exit(f"{self.path} has no package `test`, and no sources of {self.version} are to be had:\n{done.stderr[-1000:]}")
        self.extra_path = folder / "path"
        self.extra_path.mkdir()
        shutil.move(tests, self.extra_path / "test")
        self.test_folder = self.extra_path / "test"

    def parts(self, module):
        """What is run in a process of its own; nothing where this version has no such module."""
        package = self.test_folder / module
        if package.is_dir() and module.startswith(DIVIDED):
            return [f"test.{module}.{path.stem}" for path in sorted(package.glob("test_*.py"))]
        return [f"test.{module}"] if package.is_dir() or package.with_suffix(".py").exists() else []


class Outcome:
    """What one process has said of its tests. One that had begun and did not end is what became of the process."""

    def __init__(self, path, seconds, status, timed_out, output):
        self.seconds, self.output = seconds, output
        self.ends, self.details = {}, {}
        records = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        begun = None
        for record in records:
            if "began" in record:
                begun = record["test"]
            elif "ended" in record:
                self.ends[record["test"]], self.details[record["test"]] = record["ended"], record["detail"]
                begun = None
        self.finished = bool(records) and "finished" in records[-1]
        self.fate = "timed out" if timed_out else "ended with its process" if not self.finished else ""
        if begun:
            self.ends[begun], self.details[begun] = self.fate, output[-3000:]
        self.trouble = self.fate or (f"exit status {status}" if status != 0 else "")
        self.recording_error = ""

    def count(self, *ends):
        return sum(end in ends for end in self.ends.values())

    def counts(self):
        well, skipped = self.count(*ENDS_WELL), self.count("skipped")
        return well, len(self.ends) - well - skipped, skipped


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Runner:
    """Runs tests in the same surroundings with and without the probe."""

    def __init__(self, options, interpreter):
        self.options, self.interpreter = options, interpreter
        self.environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.environment["FTSCALE_THREADS"] = "1"  # so that both have it
        if interpreter.extra_path:
            self.environment["PYTHONPATH"] = str(interpreter.extra_path)

    def profiler(self, recording):
        follow = ["--follow-children"] if self.options.follow_children else []
        return [self.options.ftscale, "run", "-q", "-t", "1", "-r", "1", "--warmup", "0", "--retry-disturbed", "0", "--no-pin", "--no-thread-env",
                *follow, "--python", self.interpreter.path, "-o", recording, "--"]

    def run(self, tests, probe):
        with tempfile.TemporaryDirectory(prefix="cpython-suites-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            (folder / "work").mkdir()
            start = self.profiler(folder / "out.ftscale") if probe else [self.interpreter.path]
            outcome = self.execute([*start, RECORDER, folder / "outcomes", self.options.resources, *tests], folder)
            if probe:
                outcome.recording_error = self.recording_error(folder / "out.ftscale")
            return outcome

    def execute(self, command, folder):
        began = time.monotonic()
        with open(folder / "output", "wb") as output:
            process = subprocess.Popen(list(map(str, command)), cwd=folder / "work", env=self.environment, stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            process.wait(self.options.timeout)
            timed_out = False
        except subprocess.TimeoutExpired:
            timed_out = True
        end_group(process)  # also what the tests have left behind
        process.wait()
        output = (folder / "output").read_text(errors="replace")
        return Outcome(folder / "outcomes", time.monotonic() - began, process.returncode, timed_out, output)

    def recording_error(self, recording):
        """Why it cannot be read, or nothing: capacity must be what the ledger adds up to."""
        done = subprocess.run([self.options.ftscale, "report", recording, "--format", "json"], capture_output=True, text=True)
        if done.returncode != 0:
            return done.stderr.strip() or f"exit status {done.returncode}"
        for run in json.loads(done.stdout)["runs"]:
            if abs(sum(run["ledger"].values()) - run["capacity_s"]) > 1e-3 * run["capacity_s"]:
                return "the ledger does not close"
        return ""

    def alone(self, test):
        """How it ends by itself, some times without and with the probe. Classes and modules that cannot be set up stand in parentheses."""
        name = re.sub(r" #\d+$", "", test)
        name = re.sub(r"^(setUp|tearDown)(Class|Module) \((.*)\)$", r"\3", name)
        ends = {False: collections.Counter(), True: collections.Counter()}
        for _ in range(self.options.again):
            for probe, counter in ends.items():
                outcome = self.run([name], probe)
                end = outcome.ends.get(test) or outcome.ends.get(name) or next(iter(outcome.ends.values()), outcome.trouble or "not there")
                counter[end] += 1
        return ends


class Study:
    def __init__(self, runner):
        self.runner = runner
        self.changed, self.expected, self.flaky, self.troubles = [], [], [], []

    def table_row(self, module):
        parts = self.runner.interpreter.parts(module)
        plain, probed = [], []
        for part in parts:
            plain.append(self.runner.run([part], False))
            probed.append(self.runner.run([part], True))
            self.note_troubles(part, plain[-1], probed[-1])
        different = [test for pair in zip(plain, probed) for test in self.different(*pair)]
        self.print_row(module, plain, probed, len(different))
        for test, before, after, detail in different:
            self.judge(test, before, after, detail)

    def print_row(self, module, plain, probed, different):
        if not plain:
            print(f"| {module} | not in this version | | | | | |", flush=True)
            return
        tests, plain_s = sum(len(outcome.ends) for outcome in plain), sum(outcome.seconds for outcome in plain)
        ratio = sum(outcome.seconds for outcome in probed) / plain_s
        print(f"| {module} | {tests} | {self.total(plain)} | {self.total(probed)} | {different} | {plain_s:.1f} | {ratio:.2f} |", flush=True)

    @staticmethod
    def total(outcomes):
        return " / ".join(str(sum(column)) for column in zip(*(outcome.counts() for outcome in outcomes)))

    def note_troubles(self, part, plain, probed):
        if probed.recording_error:
            self.troubles.append(f"{part}: the recording cannot be read: {probed.recording_error}")
        if plain.trouble != probed.trouble:
            self.troubles.append(f"{part}: the process: {plain.trouble or 'ended well'} without, {probed.trouble or 'ended well'} with the probe")

    @staticmethod
    def different(plain, probed):
        """What is not there on one side because the process had died by then is no news."""
        for test in dict.fromkeys([*plain.ends, *probed.ends]):
            before, after = plain.ends.get(test, "not run"), probed.ends.get(test, "not run")
            is_cut_off = before == "not run" and plain.fate or after == "not run" and probed.fate
            if before != after and not is_cut_off:
                yield test, before, after, probed.details.get(test) or plain.details.get(test, "")

    def judge(self, test, before, after, detail):
        ends = self.runner.alone(test)
        said = {probe: ", ".join(f"{end} {count}" for end, count in counter.items()) for probe, counter in ends.items()}
        line = f"{test}: {before} without, {after} with the probe; alone: {said[False]} without, {said[True]} with"
        if not ends[True].keys() - ends[False].keys():
            self.flaky.append(line)
        elif test in EXPECTED and self.runner.options.follow_children:
            self.expected.append(f"{line}: {EXPECTED[test]}")
        else:
            self.changed.append(line)
        print(f"{test}:\n{detail}\n", file=sys.stderr, flush=True)

    def print_lists(self):
        for title, lines in (("Changed by the probe", self.changed), ("Changed, as is known", self.expected), ("Flaky", self.flaky),
                             ("Processes and recordings", self.troubles)):
            print(f"\n{title}: {len(lines) or 'none'}")
            for line in lines:
                print(f"- {line}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ftscale", type=lambda path: Path(path).resolve())
    parser.add_argument("--python", default=os.environ.get("FTSCALE_PYTHON"))
    parser.add_argument("--modules", type=lambda names: names.split(","))
    parser.add_argument("--short", action="store_true", help="a selection that takes less than a minute")
    parser.add_argument("--no-follow-children", dest="follow_children", action="store_false")
    parser.add_argument("--again", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=900, help="seconds for a module")
    parser.add_argument("--resources", default="cpu,subprocess,walltime")
    return parser.parse_args()


def find_python(named):
    found = named or subprocess.run([ROOT / "scripts" / "find-python"], capture_output=True, text=True).stdout.strip()
    if not found:
        print("skipped: no free-threaded Python found")
        sys.exit(SKIPPED)
    return shutil.which(found)


def print_head(interpreter, options):
    print(f"CPython {interpreter.version}, {'with' if options.follow_children else 'without'} --follow-children; passed / failed / skipped\n")
    print("| module | tests | without | with the probe | ended otherwise | seconds without | time with / without |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)


def main():
    options = parse_arguments()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job's children would ignore it
    interpreter = Interpreter(find_python(options.python))
    with tempfile.TemporaryDirectory(prefix="cpython-tests-") as folder:
        if interpreter.test_folder is None and options.short:
            print(f"skipped: {interpreter.path} has no package `test`")
            sys.exit(SKIPPED)
        if interpreter.test_folder is None:
            interpreter.take_tests_from_sources(Path(folder))
        study = Study(Runner(options, interpreter))
        print_head(interpreter, options)
        for module in options.modules or (SHORT if options.short else MODULES):
            study.table_row(module)
        study.print_lists()
    return 1 if study.changed or study.troubles else 0


if __name__ == "__main__":
    sys.exit(main())

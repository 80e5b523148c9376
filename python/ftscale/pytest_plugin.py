# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""A pytest plugin: tests that fail when threads do not scale, with the reasons in the message.

    @pytest.mark.scaling(threads=4, min_efficiency=0.7)
    def test_parse():
        parse(TEXT)

The test's function is called by one thread and by four at once, and profiled by ``ftscale run``, in processes of their own. Four threads do
four times the work of one: the efficiency is the time of one thread over the time of four. A test that starts threads of its own takes the
fixture ``scaling_threads``, their number, and does the same work however many there are.

Further arguments of the mark: ``repeats`` (5) and ``max_repeats`` (20) at each thread count, as more are made while noise hides the answer
(a test fails after nine at least: fewer may be slow by chance);
``inconclusive``, what is done if it still does: "warn" (the default), "skip" or "fail".

Needs ``ftscale`` on PATH, or where FTSCALE names it. Load the plugin with ``-p ftscale.pytest_plugin``.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path

import pytest

import ftscale

_REGION = "test"
_MOST_FINDINGS = 3
_LAST_LINES = 40  # of what a test that failed had to say
# Set for the processes that are profiled: in these the plugin calls the function. A file that is told why it was skipped, if it was.
_PROFILED = "FTSCALE_PYTEST_PROFILED"


class ScalingInconclusive(UserWarning):
    """Noise hid whether a test scales as it has to."""


class _Mark:
    """The arguments of @pytest.mark.scaling, checked."""

    def __init__(self, threads, min_efficiency, repeats=5, max_repeats=20, inconclusive="warn"):
        if not isinstance(threads, int) or threads < 2:
            raise ValueError(f"threads is {threads!r}; 2 or more are wanted")
        if not 0 < min_efficiency <= 1:
            raise ValueError(f"min_efficiency is {min_efficiency!r}; it is more than 0 and at most 1")
        if not 2 <= repeats <= max_repeats:
            raise ValueError("repeats are 2 or more, and max_repeats no fewer")
        if inconclusive not in ("warn", "skip", "fail"):
            raise ValueError(f"inconclusive is {inconclusive!r}; there are warn, skip and fail")
        self.threads = threads
        self.min_efficiency = min_efficiency
        self.repeats = repeats
        self.max_repeats = max_repeats
        self.inconclusive = inconclusive


def _mark_of(item):
    marker = item.get_closest_marker("scaling")
    if marker is None:
        return None
    try:
        return _Mark(*marker.args, **marker.kwargs)
    except (TypeError, ValueError) as error:
        raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.scaling: {error}") from None


def pytest_configure(config):
    config.addinivalue_line("markers", "scaling(threads, min_efficiency, repeats=5, max_repeats=20, inconclusive='warn'): "
                            "profile the test at 1 and at `threads` threads, and fail below this efficiency")


@pytest.fixture
def scaling_threads():
    """How many threads a test with the mark `scaling` is to start; 1 elsewhere."""
    return int(os.environ.get("FTSCALE_THREADS", "1")) if _PROFILED in os.environ else 1


# In the processes that are profiled.


def _call_in_threads(function, count):
    """Calls it in `count` threads that start together; raises what the first of them raised."""
    barrier = threading.Barrier(count + 1)
    errors = []

    def call():
        barrier.wait()
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=call, name=f"{_REGION}-{number}") for number in range(count)]
    for thread in threads:
        thread.start()
    with ftscale.region(_REGION):
        barrier.wait()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if _PROFILED not in os.environ or _mark_of(pyfuncitem) is None:
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    if _has_own_threads(pyfuncitem):
        with ftscale.region(_REGION):
            pyfuncitem.obj(**arguments)
    else:
        _call_in_threads(lambda: pyfuncitem.obj(**arguments), int(os.environ["FTSCALE_THREADS"]))
    return True


def pytest_runtest_logreport(report):
    if _PROFILED in os.environ and report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else getattr(report, "wasxfail", "")
        Path(os.environ[_PROFILED]).write_text(reason)


# In the process that the tests were started in.


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    if _PROFILED in os.environ:
        return
    for item in items:
        if isinstance(item, pytest.Function) and (mark := _mark_of(item)) is not None:
            # Its fixtures are made where it runs.
            item.setup = lambda: None
            item.runtest = lambda item=item, mark=mark: _profile(item, mark)


def _has_own_threads(item):
    return "scaling_threads" in item.fixturenames


def _require(item, mark):
    """The tool's path; skips the test where it cannot be answered here."""
    if getattr(sys, "_is_gil_enabled", lambda: True)():
        pytest.skip("threads scale without the GIL alone: this is no free-threaded Python, or its GIL is on")
    cpus = len(os.sched_getaffinity(0))
    if mark.threads > cpus:
        pytest.skip(f"{mark.threads} threads need as many CPUs; there are {cpus}")
    tool = shutil.which(os.environ.get("FTSCALE", "ftscale"))
    if tool is None:
        pytest.fail("ftscale is not on PATH; put it there, or set FTSCALE to where it is", pytrace=False)
    return tool


def _folder(config):
    """Where recordings are kept from one run of the tests to the next, so that they can be looked at."""
    cache = getattr(config, "cache", None)
    return Path(cache.mkdir("ftscale")) if cache is not None else Path(tempfile.mkdtemp(prefix="ftscale-"))


def _pytest_words(item):
    """How pytest is told to run this test and no other."""
    config = item.config
    words = ["pytest", f"{item.path}::{item.nodeid.split('::', 1)[1]}", "-q", "--no-header", "--tb=short", "-p", "ftscale.pytest_plugin",
             "-p", "no:cacheprovider", "-o", "addopts=", f"--rootdir={config.rootpath}"]
    return words + (["-c", str(config.inipath)] if config.inipath is not None else [])


def _run(command, **variables):
    environment = {**os.environ, **variables}
    paths = [str(Path(ftscale.__file__).resolve().parents[1]), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL)


def _tail(done):
    return "\n".join((done.stdout + done.stderr).splitlines()[-_LAST_LINES:])


def _profile(item, mark):
    tool = _require(item, mark)
    recording = _folder(item.config) / (re.sub(r"[^\w.-]+", "_", item.nodeid) + ".ftscale")
    scaling = "strong" if _has_own_threads(item) else "weak"
    command = ["-m", *_pytest_words(item)]
    with tempfile.TemporaryDirectory(prefix="ftscale-") as folder:
        skipped = Path(folder) / "skipped"
        done = _run([tool, "run", "-q", "-t", f"1,{mark.threads}", "-r", mark.repeats, "--scaling", scaling, "--python", sys.executable,
                     "-o", recording, *command], **{_PROFILED: str(skipped)})
        reason = skipped.read_text() if skipped.exists() else ""
    if done.returncode != 0:
        pytest.fail(f"the test did not pass while it was profiled:\n{_tail(done)}", pytrace=False)
    if reason:
        pytest.skip(f"while it was profiled: {reason}")
    checked = _run([tool, "check", recording, "--rules", os.devnull, "--min-speedup", f"{mark.threads}={mark.threads * mark.min_efficiency}",
                    "--region", _REGION, "--until-conclusive", mark.max_repeats, "--format", "json",
                    "--python", sys.executable, "--", *command], **{_PROFILED: os.devnull})
    try:
        answer = json.loads(checked.stdout)
    except ValueError:
        pytest.fail(f"ftscale check failed:\n{_tail(checked)}", pytrace=False)
    _conclude(answer, mark, lambda: _findings(tool, recording))


def _conclude(answer, mark, findings):
    if answer["verdict"] == "pass":
        return
    if answer["verdict"] == "invalid":
        pytest.fail("\n".join([answer["message"], *answer["reasons"]]), pytrace=False)
    sentence = _sentence(answer["rules"][0], mark)
    if answer["verdict"] == "fail" or mark.inconclusive == "fail":
        pytest.fail(f"{sentence}\n{findings()}", pytrace=False)
    if mark.inconclusive == "skip":
        pytest.skip(f"inconclusive: {sentence}")
    warnings.warn(ScalingInconclusive(sentence), stacklevel=2)


def _sentence(rule, mark):
    low, high = rule["value_ci95"] or (rule["value"], rule["value"])
    efficiency, low, high = (speedup / mark.threads for speedup in (rule["value"], low, high))
    digits = 2  # more where an end of the interval would look like the limit
    while digits < 4 and f"{mark.min_efficiency:.{digits}f}" in (f"{low:.{digits}f}", f"{high:.{digits}f}"):
        digits += 1
    return (f"at {mark.threads} threads the efficiency is {efficiency:.{digits}f} (95 %: {low:.{digits}f} to {high:.{digits}f}); "
            f"at least {mark.min_efficiency:.2f} is wanted")


def _findings(tool, recording):
    """Why, as the report has it."""
    reported = _run([tool, "report", recording, "--region", _REGION, "--format", "json"])
    lines = []
    if reported.returncode == 0:
        for finding in json.loads(reported.stdout)["findings"][:_MOST_FINDINGS]:
            lines.append(f"  {finding['lost_cores']:.2f} cores: {finding['title']}")
            lines += [f"      {evidence}" for evidence in finding["evidence"]]
            lines.append(f"      -> {finding['advice']}")
    return "\n".join([*lines, f"recorded in {recording}; see: ftscale report {recording} --region {_REGION}"])

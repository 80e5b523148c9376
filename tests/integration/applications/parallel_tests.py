# SPDX-License-Identifier: MIT
"""For pytest-run-parallel, which runs each test in several threads at once."""
import threading
import warnings

import pytest

from web_application import work

LOCK = threading.Lock()
SEEN = []


def test_work():
    assert work(40_000) == work(40_000)


@pytest.mark.parametrize("steps", [1000, 50_000])
def test_lock(steps):
    with LOCK:
        SEEN.append(work(steps))
    assert SEEN


def test_temporary_folder(tmp_path):
    (tmp_path / "file").write_text("x" * work(3000))
    assert (tmp_path / "file").stat().st_size == work(3000)


def test_warnings():
    with pytest.warns(UserWarning):
        warnings.warn("seen")


@pytest.mark.xfail(strict=True)
def test_expected_to_fail():
    assert work(1000) < 0


def test_that_fails():
    assert work(20_000) == -1

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Marks the parts of a program that ftscale is to measure.

    import ftscale

    data = load()
    with ftscale.region("fit"):
        fit(data)

Under `ftscale run` the marked regions are measured instead of the whole script, summed by name. Elsewhere this module does nothing, so the
marks may stay in a program for good.
"""
from contextlib import AbstractContextManager, nullcontext

try:
    from _ftscale import region as _region  # a built-in module, there only when ftscale's probe is in this process
except ImportError:
    _region = None

__all__ = ["is_profiled", "region"]


def is_profiled() -> bool:
    """Whether ftscale records this process."""
    return _region is not None


def region(name: str) -> AbstractContextManager[object]:
    """A context manager: what runs inside belongs to the region `name`, in all threads of the process.

    Give the same name again to add to a region. Does nothing when the process is not profiled.
    """
    # A new one each time: threads that share one would slow each other down by counting the references to it.
    return nullcontext() if _region is None else _region(name)

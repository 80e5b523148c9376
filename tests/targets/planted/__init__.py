# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Cases with planted truths, a module per family."""
from planted import idle, interpreter, machine, mixed, object_locks, refcounts, scaling, user_locks  # noqa: F401, each adds its cases
from planted.case import CASES  # noqa: F401

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""``python -m ftscale``: the tool that is installed beside this package, or on PATH."""
import os
import shutil
import sys
import sysconfig


def find_tool():
    beside = os.path.join(sysconfig.get_path("scripts"), "ftscale")
    return beside if os.access(beside, os.X_OK) else shutil.which("ftscale")


def main():
    tool = find_tool()
    if tool is None:
        sys.exit("ftscale: the tool is neither beside this Python's scripts nor on PATH; install it: pip install ftscale")
    # The interpreter that was asked is the one to measure, where it can be and no other is named.
    if sysconfig.get_config_var("Py_GIL_DISABLED") == 1:
        os.environ.setdefault("FTSCALE_PYTHON", sys.executable)
    os.execv(tool, [tool, *sys.argv[1:]])


if __name__ == "__main__":
    main()

# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Calls everything that the probe interposes, in every state that could make a difference: tests/integration/interposed_calls.cpp.
usage: interposed.py LIBRARY OUTPUT PROBED [PART OF A FUNCTION'S NAME]"""
import ctypes
import os
import sys

library = ctypes.CDLL(sys.argv[1])
output = os.open(sys.argv[2], os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
library.run_interposed_calls(output, int(sys.argv[3]), sys.argv[4].encode() if len(sys.argv) > 4 else b"")

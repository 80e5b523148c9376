#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Runs a command as a container would that forbids perf_event_open: a seccomp filter answers it with an error.

usage: without_perf.py EPERM|ENOSYS|... COMMAND [ARGUMENTS...]
"""
import ctypes
import errno
import os
import platform
import struct
import sys

PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO = 0x7FFF0000, 0x00050000
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06


def bpf(code, jump_true, jump_false, value):
    return struct.pack("=HBBI", code, jump_true, jump_false, value)


def forbid(call, error):
    """Has the kernel answer the system call with an error, in this process and all it starts."""
    program = b"".join((
        bpf(LOAD_WORD, 0, 0, 0),  # the number of the call
        bpf(JUMP_IF_EQUAL, 0, 1, call),
        bpf(RETURN, 0, 0, SECCOMP_RET_ERRNO | error),
        bpf(RETURN, 0, 0, SECCOMP_RET_ALLOW),
    ))
    buffer = ctypes.create_string_buffer(program, len(program))
    filter_program = struct.pack("@HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter_program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_SECCOMP")


if __name__ == "__main__":
    forbid(PERF_EVENT_OPEN[platform.machine()], getattr(errno, sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])

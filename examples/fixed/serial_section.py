# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""../serial_section.py with a part of the preparation in each thread."""
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
STEPS = 12_000_000


def in_threads(function, arguments):
    threads = [threading.Thread(target=function, args=words) for words in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def prepare(steps):
    x = 1.0
    for _ in range(steps):
        x = x * 1.0000001 + 0.5
    return x


def share(steps, start):
    x = start
    for _ in range(steps):
        x = x * 1.0000001 + 0.5


def work():
    share(STEPS * 7 // 10 // THREADS, prepare(STEPS * 3 // 10 // THREADS))


def main():
    in_threads(work, [()] * THREADS)


if __name__ == "__main__":
    main()

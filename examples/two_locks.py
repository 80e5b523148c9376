# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Takes one of two locks at random: `accounts` seven times in ten, `journal` three times.

Expect:  1.2 times faster at 2 threads, never more than 1.4: one of the locks is held for 70 % of the work, and 1 / 0.7 = 1.43.
Cause:   two locks of kind `threading.Lock`. The report lists the one waited for in book() before the one waited for in write(): the first
         is the one to work on. Without it, the second would be the limit.
Fix:     hold each for less, or split `accounts` into several locks, each for a part of the accounts.
"""
import os
import random
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
TURNS = 360  # divides evenly among 1, 2, 3, 4, 5, 6, 8 threads


def compute(steps):
    x = 1.0
    for _ in range(steps):
        x = x * 1.0000001 + 0.5
    return x


def book(accounts):
    with accounts:
        compute(32_000)


def write(journal):
    with journal:
        compute(32_000)


def work(turns, seed, accounts, journal):
    choose = random.Random(seed).random  # of this thread alone; random.random() would be shared by all
    for _ in range(turns):
        if choose() < 0.7:
            book(accounts)
        else:
            write(journal)


def main():
    accounts = threading.Lock()
    journal = threading.Lock()
    threads = [
        threading.Thread(target=work, args=(TURNS // THREADS, seed, accounts, journal)) for seed in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()

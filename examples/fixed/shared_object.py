# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""../shared_object.py with a Shop for each thread."""
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
PRICES = 8_000_000


def in_threads(function, arguments):
    threads = [threading.Thread(target=function, args=words) for words in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Shop:
    def rate(self):
        return 1.19


def total(prices):
    shop = Shop()
    sum_of_all = 0.0
    for _ in range(prices):
        sum_of_all += 9.5 * shop.rate()
    return sum_of_all


def main():
    in_threads(total, [(PRICES // THREADS,)] * THREADS)


if __name__ == "__main__":
    main()

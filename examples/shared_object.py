# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Adds up prices; all threads ask one and the same object for the rate, and nothing is ever changed or locked.

Expect:  no gain from any number of threads: 2 threads take as long as one, or longer.
Cause:   each call of shop.rate() counts a reference to `shop`, up and down again. One thread counts its own objects in plain memory; for
         those of another it takes atomic operations, and the object's count travels from core to core. The report shows `refcount`, and
         in its list of objects a Shop instance, counted in total().
Fix:     let each thread have an object of its own, or ask once before the loop and keep the answer in a local variable.
"""
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
PRICES = 8_000_000


class Shop:
    def rate(self):
        return 1.19


def total(prices, shop):
    sum_of_all = 0.0
    for _ in range(prices):
        sum_of_all += 9.5 * shop.rate()
    return sum_of_all


def main():
    shop = Shop()
    threads = [threading.Thread(target=total, args=(PRICES // THREADS, shop)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()

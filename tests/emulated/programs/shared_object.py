# SPDX-License-Identifier: MIT
"""Two threads call a method of one object, over and over: each call counts a reference to it."""
import threading

CALLS = 150_000


class Shop:
    def rate(self):
        return 1.19


def total(shop):
    for _ in range(CALLS):
        shop.rate()  # line: count


shop = Shop()
threads = [threading.Thread(target=total, args=(shop,)) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

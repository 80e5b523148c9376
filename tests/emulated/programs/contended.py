# SPDX-License-Identifier: MIT
"""Two threads that hold a lock in turn, and sleep in it."""
import threading
import time

LOCK = threading.Lock()
TURNS = 20
HELD_S = 0.002


def hold(lock=LOCK):
    for _ in range(TURNS):
        with lock:  # line: lock
            time.sleep(HELD_S)


threads = [threading.Thread(target=hold) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

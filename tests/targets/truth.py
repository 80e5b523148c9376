# SPDX-License-Identifier: MIT
"""What the targets in this folder share: the thread count, and a line of JSON for what a script has measured of itself.

Worker loops take what they use as default arguments: in 3.13 reading a closure variable takes a lock of its own."""
import json
import os
import threading

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))


def run_threads(bodies):
    """Runs the callables, each in a thread of its own, and waits for them."""
    threads = [threading.Thread(target=body, name=f"worker-{i}") for i, body in enumerate(bodies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def report(**measured):
    """Appends one line for this run to the file named by TRUTH_FILE, if there is one."""
    path = os.environ.get("TRUTH_FILE")
    if path:
        with open(path, "a") as file:
            file.write(json.dumps({"threads": THREADS, **measured}) + "\n")

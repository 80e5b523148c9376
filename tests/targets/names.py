# SPDX-License-Identifier: MIT
"""Functions of every kind, each busy in a line of its own that says so."""
import functools
from truth import THREADS, run_threads


def spin(steps=300_000):
    x = 0
    for i in range(steps):
        x += i  # line: spin
    return x


def outer():
    def inner():
        return spin()  # line: inner
    return inner()  # line: outer


class Thing:
    def method(self):
        return spin()  # line: method

    @staticmethod
    def static():
        return spin()  # line: static

    @functools.cached_property
    def computed(self):
        return spin()  # line: computed


lambda_function = lambda: spin()  # line: lambda


def comprehension():
    return [spin(100_000) for _ in range(3)]  # line: comprehension


def generator():
    for _ in range(3):
        yield spin(100_000)  # line: generator


def drain():
    return sum(generator())  # line: drain


def key_function(x):
    return spin(3_000) * -x  # line: key


def sort_with_key():
    return sorted(range(100), key=key_function)  # line: sort


def transient(number):
    source = "\n" * (number % 7) + f"def made_{number % 3}():\n    return spin(60_000)\nmade_{number % 3}()"
    exec(compile(source, f"made_{number % 3}.py", "exec"), {"spin": spin})  # line: exec


def work():
    for number in range(12):
        outer()
        Thing().method()
        Thing.static()
        Thing().computed
        lambda_function()
        comprehension()
        drain()
        sort_with_key()
        for i in range(5):
            transient(number * 5 + i)


run_threads([work] * THREADS)

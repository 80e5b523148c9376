#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Python's frames and names as they are read inside of scripts that make it hard: code that comes and goes, very deep and very small
stacks, threads that outlive the script, switched stacks, tracing and profiling of the script's own. usage: frames_test.py TOOL
[unittest arguments]"""
import collections
import os
import re
import subprocess
import sys
import unittest.mock

import profiling

# What a script has to look into its own recording: bytes and numbers of records written so far, by type.
RECORDS = """
import collections, glob, re, struct, threading, time
CODE, SAMPLE, CHUNK, ALIGNMENT = 7, 9, 0x4b435446, 16384
def records():
    path = re.search(r"\\S+process-\\d+\\.stream", open("/proc/self/maps").read())[0]
    data = open(path, "rb").read()
    sizes, at = collections.defaultdict(list), 0
    while at + 64 <= len(data):
        magic, _, _, _, size, committed = struct.unpack_from("<IIIIQQ", data, at)
        if magic != CHUNK:
            at += ALIGNMENT
            continue
        record, end = at + 64, at + 64 + committed
        while record < end:
            kind, _, bytes = struct.unpack_from("<HHI", data, record)
            sizes[kind].append(bytes)
            record += bytes
        at += size
    return sizes
"""

# Python, and C that calls Python back, in turns.
NESTED = """
import threading
def inner(n):
    x = 0
    for i in range(n): x += i * i
    return x
def middle(n): return max(map(inner, [n] * 3))
def outer(n): return sorted([n, n], key=middle)
def work(rounds=60, n=4000):
    for _ in range(rounds): outer(n)
def run_threads(function=work, count=2):
    threads = [threading.Thread(target=function) for _ in range(count)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


class FramesTest(profiling.ProfilingTest):
    def profile_text(self, text, *options, **more):
        return self.profile(self.script("script.py", text), "-r", "1", *options, threads="1", **more)

    def figures(self, profile):
        """What the script printed: a figure per line, with its name."""
        return {name: float(value) for name, value in re.findall(r"^(\w+) ([\d.]+)$", profile.process.stdout, re.M)}

    def folded(self, profile):
        """Seconds' weights of the stacks, of which only the names of Python functions are kept."""
        done = subprocess.run([profiling.tool, "export", "--format", "folded", profile.recording], capture_output=True, text=True, check=True)
        stacks = collections.Counter()
        for line in done.stdout.splitlines():
            stack, weight = line.rsplit(" ", 1)
            names = re.findall(r"(?:^|;)([\w.<>]+) \(", stack)
            stacks[";".join(names)] += int(weight)
        return stacks

    def check_nested(self, profile):
        """Nearly all of the work stands at the one stack it is done at."""
        stacks = self.folded(profile)
        at_inner = {stack: weight for stack, weight in stacks.items() if stack.endswith("inner")}
        right = sum(weight for stack, weight in at_inner.items() if stack.endswith("work;outer;middle;inner"))
        self.assertGreater(sum(at_inner.values()), 0)
        self.assertGreater(right, 0.95 * sum(at_inner.values()), at_inner)
        measurement = profile.report["measurement"]
        self.assertGreater(measurement["samples"], 30)
        self.assertLess(measurement["truncated_stacks"], 0.05 * measurement["samples"])


class TransientCode(FramesTest):
    """Code objects that are sampled and destroyed."""

    @profiling.measured
    def test_what_it_writes(self):
        profile = self.profile_text(RECORDS + """
import gc
gc.collect(); gc.freeze()
names = {}
body = "\\n".join(f"    a{i} = {i} if run is not None else {i}" for i in range(30))
for i in reversed(range(150)):
    exec(f"def f{i}(run):\\n{body}\\n    return {'run()' if i == 149 else f'f{i + 1}(run)'}", names)
made = 0
def steady():
    end = time.process_time() + 0.5; x = 0
    while time.process_time() < end:
        for i in range(1000): x += i
def transient():
    global made
    end = time.process_time() + 0.5
    while time.process_time() < end:
        exec(compile("x = 0\\nfor i in range(20000): x += i", "<made>", "exec"), {}); gc.collect()
        made += 1
names["f0"](lambda: None)
for work in (steady, transient):
    before = records()
    names["f0"](work)
    after = records()
    for name, kind in (("code", CODE), ("sample", SAMPLE)):
        print(f"{work.__name__}_{name}s", len(after[kind]) - len(before[kind]))
        print(f"{work.__name__}_{name}_bytes", sum(after[kind]) - sum(before[kind]))
print("made", made)
""")
        figures = self.figures(profile)
        self.assertGreater(figures["steady_samples"], 50, figures)
        self.assertGreater(figures["made"], 20, figures)
        # The script's 150 functions are named once (most of them at the first sample), what is made when it is sampled; a few are of the
        # script itself and of compile(). All 150 anew at each collection would be thousands.
        self.assertLess(figures["transient_codes"], figures["made"] + 60, figures)
        # Samples of a compiler are longer than those of a loop, by little.
        rate = {work: (figures[f"{work}_code_bytes"] + figures[f"{work}_sample_bytes"]) / figures[f"{work}_samples"]
                for work in ("steady", "transient")}
        self.assertLess(rate["transient"], 2 * rate["steady"] + 200, figures)

    @profiling.measured
    def test_an_address_used_again_has_the_new_name(self):
        count = 40
        profile = self.profile_text(f"""
import gc, time
def run(name):
    space = {{}}
    exec(compile(f"def {{name}}(end):\\n  x = 0\\n  while clock() < end:\\n    for i in range(2000): x += i", "<made>", "exec"), {{"clock": time.process_time}}, space)
    space[name](time.process_time() + 0.04)
    return id(space[name].__code__)
addresses = set()
for i in range({count}):
    addresses.add(run(f"made_{{i}}"))
    gc.collect()
print("addresses", len(addresses))
""")
        self.assertLess(self.figures(profile)["addresses"], count, "addresses are used again")
        work = {row["function"]: sum(row["self_s"].values()) for row in profile.run(1)["functions"] if row["function"].startswith("made_")}
        self.assertEqual(set(work), {f"made_{i}" for i in range(count)})
        self.assertLess(max(work.values()), 4 * sum(work.values()) / count, work)

    def test_thousands_of_functions_are_named_once(self):
        chains, functions = 8, 900
        profile = self.profile_text(RECORDS + f"""
import sys
sys.setrecursionlimit(10_000)
chains = []
for chain in range({chains}):
    space = {{}}
    for i in reversed(range({functions})):
        exec(f"def f{{i}}(leaf): return {{'leaf()' if i == {functions} - 1 else f'f{{i + 1}}(leaf)'}}", space)
    chains.append(space["f0"])
def leaf():
    end = time.process_time() + 0.005
    while time.process_time() < end: pass
for _ in range(12):
    for chain in chains: chain(leaf)
sizes = records()
print("codes", len(sizes[CODE]))
print("samples", len(sizes[SAMPLE]))
""")
        figures = self.figures(profile)
        self.assertGreater(figures["codes"], 0.8 * chains * functions, figures)
        self.assertLess(figures["codes"], chains * functions + 500, figures)


class Deep(FramesTest):
    def test_recursion_50000_deep(self):
        # Work at each depth, and an order of calls without a pattern: no stack is like the one before.
        profile = self.profile_text(RECORDS + """
import sys
sys.setrecursionlimit(10**6)
threading.stack_size(512 << 20)
def spin():
    x = 0
    for i in range(30): x += i
def a(n):
    spin()
    return next_of(n)(n - 1) if n else spin()
def b(n):
    spin()
    return next_of(n)(n - 1) if n else spin()
def next_of(n): return a if n * n % 31 < 15 else b
def work():
    for _ in range(4): a(50_000)
threads = [threading.Thread(target=work) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
sizes = records()[SAMPLE]
print("samples", len(sizes))
print("mean", sum(sizes) / len(sizes))
""")
        figures = self.figures(profile)
        self.assertGreater(figures["samples"], 50)
        # 256 frames are 2 KiB; the registers and objects of a sample some hundred bytes.
        self.assertLess(figures["mean"], 3000, figures)
        rows = {row["function"] for row in profile.run(1)["functions"]}
        self.assertIn("spin", rows)
        self.assertGreater(profile.report["measurement"]["truncated_stacks"], 20)

    def test_recursion_through_c(self):
        profile = self.profile_text(RECORDS + """
import sys
sys.setrecursionlimit(10**5)
threading.stack_size(512 << 20)
def leaf(n=100):
    x = 0
    for i in range(n): x += i
    return x
def by_sorted(n): return sorted([n], key=by_max)
def by_map(n): return list(map(by_max, [n]))
def by_max(n):
    leaf()
    return max([n - 1], key=by_map if n * n % 31 < 15 else by_sorted) if n > 0 else leaf()
class Nested:
    def __init__(self, n): self.n = n
    def __repr__(self): return repr(Nested(self.n - 1)) + str(leaf()) if self.n else ""
def work():
    for i in range(60):
        by_sorted(300)
        repr(Nested(200))
threads = [threading.Thread(target=work) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
sizes = records()[SAMPLE]
print("samples", len(sizes))
print("mean", sum(sizes) / len(sizes))
print("most", max(sizes))
""")
        figures = self.figures(profile)
        self.assertGreater(figures["samples"], 30)
        self.assertLess(figures["mean"], 3000, figures)
        self.assertTrue(any(stack.endswith("by_max;leaf") for stack in self.folded(profile)))

    def test_stacks_of_64_kib(self):
        profile = self.profile_text("""
import threading
threading.stack_size(64 << 10)
def leaf():
    x = 0
    for i in range(400_000): x += i
def above(n): return leaf() if n == 0 else above(n - 1)
threads = [threading.Thread(target=above, args=(30,)) for _ in range(20)]
for t in threads: t.start()
for t in threads: t.join()
print("done")
""", "-F", "4000")
        self.assertIn("done", profile.process.stdout)
        stacks = self.folded(profile)
        self.assertGreater(sum(weight for stack, weight in stacks.items() if stack.endswith("above;" * 31 + "leaf")), 0, stacks)

    def test_chains_of_coroutines(self):
        profile = self.profile_text("""
import asyncio
async def leaf():
    x = 0
    for i in range(6_000_000): x += i
async def above(n): return await (leaf() if n == 0 else above(n - 1))
asyncio.run(above(30))
""")
        stacks = self.folded(profile)
        at_leaf = {stack: weight for stack, weight in stacks.items() if stack.endswith("leaf")}
        right = sum(weight for stack, weight in at_leaf.items() if stack.endswith("above;" * 31 + "leaf"))
        self.assertGreater(right, 0.95 * sum(at_leaf.values()), at_leaf)


class Ends(FramesTest):
    def test_nothing_is_sampled_behind_the_script(self):
        profile = self.profile_text("""
import atexit, time
def burn_in_the_script():
    end = time.process_time() + 0.2
    while time.process_time() < end: pass
def burn_at_the_end(clock=time.process_time):
    end = clock() + 0.2
    while clock() < end: pass
class Last:
    def __del__(self, burn=burn_at_the_end):
        burn()
        print("burnt")
last = Last()
atexit.register(burn_in_the_script)
""")
        self.assertIn("burnt", profile.process.stdout)
        dump = profile.dump()
        self.assertIn("burn_in_the_script", dump)
        self.assertNotIn("burn_at_the_end", dump)

    def test_daemon_threads_at_the_end(self):
        script = self.script("script.py", """
import hashlib, threading, time
data = bytes(3_000_000)
def compute():
    x = []
    while True: x = sorted(range(50), key=lambda i: -i)
def hash():
    while True: hashlib.sha256(data).digest()
def sleep():
    while True: time.sleep(0.0001)
def generate():
    while True: sum(i for i in range(1000))
for work in (compute, hash, sleep, generate):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.02)
""")
        statuses = {subprocess.run([profiling.python, script], capture_output=True, timeout=60).returncode for _ in range(50)}
        if statuses != {0}:
            self.skipTest(f"this interpreter does not always survive it by itself: {statuses}")
        # The tool fails where any run does.
        profile = self.profile(script, "-r", "100", "-F", "4000", threads="1")
        self.assertGreater(profile.report["measurement"]["samples"], 100)


class SwitchedStacks(FramesTest):
    """greenlet exchanges a thread's frames, data stack and native stack, one word after the other."""
    SCRIPT = """
import threading
from greenlet import greenlet, getcurrent
def deep(n, body): return body() if n == 0 else deep(n - 1, body)
def at_depth(depth):
    def body():
        x = 0
        for _ in range(400):
            getcurrent().parent.switch()
            for i in range(20): x += i
        return x
    return deep(depth, body)
def run():
    for depth in (1, 30, 200):
        lets = [greenlet(lambda d=depth: at_depth(d)) for _ in range(20)]
        while lets:
            for let in lets: let.switch()
            lets = [let for let in lets if not let.dead]
threads = [threading.Thread(target=run) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
print("done")
"""

    def install_greenlet(self):
        """A folder with it; how it comes out where PyPI has no build for this interpreter, or cannot be reached, is a skip."""
        version = subprocess.run([profiling.python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True, check=True).stdout.strip()
        folder = self.folder / "packages"
        machine = os.uname().machine
        platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in (28, 24, 17)]
        done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--only-binary", ":all:", "--target", folder, "--implementation", "cp",
                               "--python-version", version, "--abi", f"cp{version.replace('.', '')}t", *platforms, "greenlet"], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"greenlet cannot be had from PyPI: {done.stderr[-300:]}")
        return str(folder)

    def test_greenlets(self):
        environment = {"PYTHONPATH": self.install_greenlet()}
        script = self.script("script.py", self.SCRIPT)
        # Some versions fall with threads that run at the same time, without a profiler too.
        for gil in ("0", "1"):
            environment["PYTHON_GIL"] = gil
            plain = [subprocess.run([profiling.python, script], capture_output=True, timeout=60, env={**os.environ, **environment}).returncode for _ in range(3)]
            if plain == [0, 0, 0]:
                break
        else:
            self.skipTest("greenlet does not run here by itself")
        with unittest.mock.patch.dict(os.environ, environment):
            profile = self.profile(script, "-r", "5", "-F", "10000", threads="1")
        self.assertIn("done", profile.process.stdout)
        measurement = profile.report["measurement"]
        self.assertGreater(measurement["samples"], 500)
        # A sample at the very moment of a switch has no Python frames, or not all.
        self.assertLess(measurement["truncated_stacks"], 0.15 * measurement["samples"])
        self.assertTrue(any("deep;deep;deep" in stack and stack.endswith("body") for stack in self.folded(profile)))


class Observed(FramesTest):
    """Scripts that are traced, profiled or watched by Python's own means."""

    def check_mode(self, before, environment=None):
        with unittest.mock.patch.dict(os.environ, environment or {}):
            self.check_nested(self.profile_text("import sys, threading\n" + before + NESTED + "run_threads()\n"))

    def test_nothing(self):
        self.check_mode("")

    def test_setprofile(self):
        self.check_mode("def profiler(frame, event, argument): pass\nthreading.setprofile(profiler); sys.setprofile(profiler)\n")

    def test_settrace(self):
        self.check_mode("def tracer(frame, event, argument): return tracer\nthreading.settrace(tracer); sys.settrace(tracer)\n")

    def test_monitoring(self):
        self.check_mode("""
tool, events = 1, sys.monitoring.events
chosen = events.PY_START | events.PY_RETURN | events.LINE | events.CALL
sys.monitoring.use_tool_id(tool, "test")
for event in (events.PY_START, events.PY_RETURN, events.LINE, events.CALL):
    sys.monitoring.register_callback(tool, event, lambda *arguments: None)
sys.monitoring.set_events(tool, chosen)
""")

    def test_perf_trampolines(self):
        self.addCleanup(lambda: [os.unlink(path) for path in self.perf_maps])
        self.perf_maps = []
        with unittest.mock.patch.dict(os.environ, {"PYTHONPERFSUPPORT": "1"}):
            profile = self.profile_text("import os, sys\nprint('active', int(sys.is_stack_trampoline_active()))\nprint('pid', os.getpid())\n" + NESTED + "run_threads()\n")
        figures = self.figures(profile)
        self.perf_maps = [path for path in [f"/tmp/perf-{int(figures['pid'])}.map"] if os.path.exists(path)]
        if not figures["active"]:
            self.skipTest("this interpreter has no trampolines")
        self.check_nested(profile)

    def test_importtime(self):
        self.check_mode("", {"PYTHONPROFILEIMPORTTIME": "1"})

    def test_tracemalloc(self):
        with unittest.mock.patch.dict(os.environ, {"PYTHONTRACEMALLOC": "5"}):
            profile = self.profile_text(NESTED + "run_threads(lambda: work(6, 1000))\n")
        self.check_nested(profile)
        types = re.findall(r" type 0x[0-9a-f]+ (.*)$", profile.dump(), re.M)
        self.assertTrue(types)
        self.assertEqual([name for name in types if not re.fullmatch(r"[\w. \[\],-]+", name)], [])


if __name__ == "__main__":
    profiling.main(__doc__)

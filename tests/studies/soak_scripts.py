# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Scripts for soak.py: put together at random of pieces, each of which prints the same each time."""

PRELUDE = """\
import asyncio, contextlib, ctypes, gc, mmap, os, queue, signal, subprocess, sys, threading, time, types, warnings, weakref
warnings.simplefilter("ignore")

def busy(steps):
    x = 0
    for i in range(steps): x += i
    return x

def in_threads(count, function, *arguments):
    threads = [threading.Thread(target=function, args=arguments) for _ in range(count)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()

@contextlib.contextmanager
def busy_thread(times):
    thread = threading.Thread(target=lambda: [busy(100) for _ in range(times)])
    thread.start()
    yield
    thread.join()
"""

# Each defines one function, which does something with `{n}` and prints.
PIECES = {
    "short_threads": """
def short_threads(n={n}):
    done = []
    for _ in range(n // 10): in_threads(10, lambda: done.append(busy(50)))
    print("short threads", len(done))
""",
    "threads_of_threads": """
def threads_of_threads(n={n}):
    done = []
    def tree(depth):
        busy(200)
        if depth: in_threads(2, tree, depth - 1)
        else: done.append(1)
    for _ in range(n // 100 + 1): tree(4)
    print("trees", len(done))
""",
    "compiled": """
def compiled(n={n}):
    total = 0
    for i in range(n):
        names = {{}}
        exec(compile(f"def made_{{i % 7}}(x):\\n    y = x + {{i}}\\n    return sum(range(y % 50)) * 0 + y", f"<made {{i}}>", "exec"), names)
        total += names[f"made_{{i % 7}}"](1)
    print("compiled", total)
""",
    "compiled_in_threads": """
def compiled_in_threads(n={n}):
    totals = []
    def make():
        total = 0
        for i in range(n):
            function = eval(f"lambda x: [x + j for j in range({{i % 40}})]")
            total += len(function(i))
            del function
        totals.append(total)
    in_threads(4, make)
    print("compiled in threads", totals)
""",
    "closures": """
def closures(n={n}):
    def outer(i):
        kept = [i]
        def inner(): kept.append(busy(20)); return kept
        return inner
    def make():
        for i in range(n): outer(i)()
    in_threads(3, make)
    print("closures", len(outer(1)()))
""",
    "copied_codes": """
def copied_codes(n={n}):
    def model(x): return busy(x) + 1
    total = 0
    for i in range(n):
        code = model.__code__.replace(co_name=f"copy_{{i}}", co_firstlineno=i + 1)
        total += types.FunctionType(code, {{"busy": busy}})(30)
    print("copied codes", total)
""",
    "generators": """
def generators(n={n}):
    def numbers(depth):
        if depth: yield from numbers(depth - 1)
        try:
            for i in range(10): yield busy(20)
        finally: busy(20)
    def use():
        for i in range(n // 4):
            generator = numbers(i % 12); next(generator)
            if i % 3 == 0: generator.close()
            del generator
    in_threads(3, use)
    print("generators", sum(numbers(3)))
""",
    "deep_stacks": """
def deep_stacks(n={n}):
    def deeper(depth): return busy(30) if depth == 0 else deeper(depth - 1)
    def endless(): return endless() + 1
    def use():
        for i in range(n // 20): deeper(i % 300)
        with contextlib.suppress(RecursionError): endless()
    in_threads(2, use)
    print("deep stacks")
""",
    "coroutines": """
def coroutines(n={n}):
    async def step(i):
        busy(100)
        await asyncio.sleep(0)
        return i
    async def main():
        return sum(await asyncio.gather(*(step(i) for i in range(n // 4))))
    results = []
    in_threads(2, lambda: results.append(asyncio.run(main())))
    print("coroutines", results)
""",
    "classes_and_cycles": """
def classes_and_cycles(n={n}):
    gone = []
    def make():
        for i in range(n // 4):
            made = type(f"Made{{i}}", (), {{"__slots__": ("me", "__weakref__"), "work": lambda self: busy(20)}})
            one = made(); one.me = one; one.work()
            weakref.finalize(one, gone.append, i)
            if i % 64 == 0: gc.collect()
    in_threads(2, make)
    del make; gc.collect()
    print("classes", len(gone))
""",
    "shared_containers": """
def shared_containers(n={n}):
    words, numbers, lock, count = {{}}, [], threading.Lock(), [0]
    def use(me):
        for i in range(n):
            words[i % 50, me] = str(i); numbers.append(i)
            with lock: count[0] += 1
            if i % 100 == 0: words.copy(); sorted(numbers[:50])
    threads = [threading.Thread(target=use, args=(me,)) for me in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print("containers", len(words), len(numbers), count)
""",
    "queues": """
def queues(n={n}):
    there, back = queue.Queue(8), queue.SimpleQueue()
    def work():
        while (item := there.get()) is not None: back.put(item + busy(20) * 0)
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads: thread.start()
    for i in range(n): there.put(i)
    for _ in threads: there.put(None)
    for thread in threads: thread.join()
    print("queues", sum(back.get() for _ in range(n)))
""",
    "forks": """
def forks(n={n}):
    statuses = []
    for i in range(n // 100 + 1):
        child = os.fork()
        if child == 0:
            in_threads(3, busy, 2000)
            for j in range(20): eval(f"lambda: {{j}}")()
            os._exit(i % 8)
        statuses.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    print("forks", statuses)
""",
    "killed_children": """
def killed_children(n={n}):
    statuses = []
    for i in range(n // 200 + 1):
        child = os.fork()
        if child == 0:
            threading.Thread(target=lambda: [busy(1000) for _ in range(10**6)], daemon=True).start()
            while True: busy(1000)
        time.sleep(0.02)
        os.kill(child, signal.SIGKILL)
        statuses.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    print("killed children", statuses)
""",
    "programs": """
def programs(n={n}):
    for i in range(n // 400 + 1):
        code = f"import threading; t = threading.Thread(target=print, args=({{i}},)); t.start(); t.join(); raise SystemExit({{i}})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        print("program", done.stdout.strip(), done.returncode)
""",
    "signals": """
def signals(n={n}):
    seen = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(busy(100)))
    def send():
        for _ in range(n // 10): os.kill(os.getpid(), signal.SIGUSR1); busy(500)
    thread = threading.Thread(target=send); thread.start()
    while thread.is_alive() or not seen: busy(500); time.sleep(0.0005)
    thread.join(); time.sleep(0.01); signal.signal(signal.SIGUSR1, before or signal.SIG_DFL)
    print("signals", bool(seen))
""",
    "timers": """
def timers(n={n}):
    seen = []
    before = [signal.signal(number, lambda number, frame: seen.append(number)) for number in (signal.SIGALRM, signal.SIGPROF, signal.SIGVTALRM)]
    for timer in (signal.ITIMER_REAL, signal.ITIMER_PROF, signal.ITIMER_VIRTUAL): signal.setitimer(timer, 0.001, 0.001)
    end = time.monotonic() + 5
    while len(set(seen)) < 3 and time.monotonic() < end: in_threads(2, busy, n * 10)
    for timer in (signal.ITIMER_REAL, signal.ITIMER_PROF, signal.ITIMER_VIRTUAL): signal.setitimer(timer, 0)
    time.sleep(0.01)
    print("timers", len(set(seen)))
""",
    "subinterpreters": """
def subinterpreters(n={n}):
    try: import _interpreters
    except ImportError: return print("no subinterpreters")
    def use():
        for _ in range(n // 400 + 1):
            made = _interpreters.create()
            _interpreters.run_string(made, "def f(): return [f for _ in range(9)]\\nfor i in range(5000): f()")
            _interpreters.destroy(made)
    in_threads({threads}, use)
    print("subinterpreters")
""",
    "profiled": """
def profiled(n={n}):
    calls = [0]
    def note(frame, event, argument): calls[0] += 1
    sys.setprofile(note)
    for _ in range(n // 4): busy(5)
    sys.setprofile(None)
    sys.settrace(lambda *ignored: None)
    for _ in range(n // 4): busy(5)
    sys.settrace(None)
    print("profiled", calls[0] >= n // 4)
""",
    "memory": """
def memory(n={n}):
    def use():
        for i in range(n // 20):
            with mmap.mmap(-1, 1 << 16) as mapped: mapped[:8] = b"12345678"; bytes(mapped[:100])
            bytearray(1 << (i % 20)); [object() for _ in range(100)]
    in_threads(3, use)
    print("memory")
""",
    "local_data": """
def local_data(n={n}):
    local, gone = threading.local(), []
    class Kept:
        def __del__(self): gone.append(busy(10))
    def use(): local.kept = Kept(); local.more = [Kept() for _ in range(3)]
    for _ in range(n // 40): in_threads(4, use)
    gc.collect()
    print("local data", len(gone) == n // 40 * 16)
""",
    "raised": """
def raised(n={n}):
    def fail(depth):
        try:
            if depth: fail(depth - 1)
            else: raise ValueError("planned")
        finally: busy(10)
    def use():
        for i in range(n // 4):
            with contextlib.suppress(ValueError): fail(i % 30)
    in_threads(3, use)
    print("raised")
""",
}
ALONE = ("forks", "killed_children", "signals", "timers", "profiled")  # what forks, or belongs to the main thread

ENDS = {
    "well": "",
    "exit": "sys.exit({status})\n",
    "at_once": "sys.stdout.flush()\nos._exit({status})\n",
    "raise": "raise ValueError('planned')\n",
    "killed": "sys.stdout.flush()\nos.kill(os.getpid(), signal.{signal})\ntime.sleep(60)\n",
    "crash": "sys.stdout.flush()\nctypes.string_at(0)\n",
    "exit_in_thread": "sys.stdout.flush()\nthreading.Thread(target=os._exit, args=({status},)).start()\nwhile True: busy(1000)\n",
    "another_program": "sys.stdout.flush()\nos.execv(sys.executable, [sys.executable, '-c', 'print(\"next\"); raise SystemExit({status})'])\n",
}
END_WEIGHTS = {"well": 8, "exit": 3, "raise": 1, "at_once": 2, "killed": 2, "crash": 1, "exit_in_thread": 1, "another_program": 2}

# Threads that are still there when the interpreter goes.
DAEMONS = {
    "computes": "while True: busy(300)",
    "compiles": "while True: eval('lambda x: x + 1')(1)",
    "allocates": "while True: [object() for _ in range(50)]",
    "sleeps": "while True: time.sleep(0.0001)",
    "waits": "threading.Lock().acquire() and threading.Event().wait()",
    "starts threads": "while True: in_threads(2, busy, 50)",
    "waits in a queue": "queue.Queue().get()",
}


def make_script(rng):
    pieces = [rng.choice(list(PIECES)) for _ in range(rng.randint(2, 5))]
    text = PRELUDE
    for name in dict.fromkeys(pieces):
        text += PIECES[name].format(n=rng.choices((200, 500, 1500, 4000), (4, 4, 4, 1))[0], threads=rng.choice((1, 2)))
    return text + "\n" + calls(rng, pieces) + daemons(rng) + end(rng)


def calls(rng, pieces):
    """One after the other, where what they print is in order; beside some of them another thread goes on computing."""
    lines = ""
    for name in pieces:
        if name not in ALONE and rng.random() < 0.4:
            lines += f"with busy_thread({rng.choice((100, 1000))}): {name}()\n"
        elif name not in ALONE and rng.random() < 0.3:
            lines += f"in_threads(1, {name})\n"
        else:
            lines += f"{name}()\n"
    return lines


def daemons(rng):
    if rng.random() < 0.5:
        return ""
    names = [rng.choice(list(DAEMONS)) for _ in range(rng.randint(1, 4))]
    text = ""
    for number, name in enumerate(names):
        text += f"def daemon_{number}():\n    {DAEMONS[name]}\nthreading.Thread(target=daemon_{number}, daemon=True).start()\n"
    return text + f"time.sleep({rng.choice((0, 0.001, 0.05))})\n"


def end(rng):
    name = rng.choices(list(END_WEIGHTS), END_WEIGHTS.values())[0]
    return ENDS[name].format(status=rng.choice((0, 1, 3, 77, 255)), signal=rng.choice(("SIGTERM", "SIGKILL", "SIGINT", "SIGABRT")))

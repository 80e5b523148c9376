#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The script's signals go where they would go without the probe, and what they interrupt goes on. usage: signals_test.py TOOL CALLS [unittest arguments]"""
import subprocess
import sys
import unittest
from pathlib import Path

import profiling

calls = None

START = """
import collections, ctypes, errno, gc, os, signal, sys, threading, time
library = ctypes.CDLL({calls!r})
library.signals_lost_while_threads_end.restype = ctypes.c_long
libc = ctypes.CDLL(None, use_errno=True)
def busy(steps):
    x = 0
    for i in range(steps): x += i
"""


class SignalsTest(profiling.ProfilingTest):
    def said(self, text, *options, timeout=200):
        """What the script prints under the probe, and the report."""
        script = self.script("script.py", START.format(calls=calls) + text)
        recording = self.folder / "out.ftscale"
        command = [profiling.tool, "run", "-q", "-t", "1", "-r", "1", "--warmup", "0", "--no-counters", "--timeout", str(timeout), "--python", profiling.python, "-o", recording, *options, script]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=timeout + 60)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return done.stdout, self.read_report(recording)

    def warnings(self, report):
        return {warning["code"] for warning in report["warnings"]}

# Another process signals this one again and again, when it has fallen asleep in a call, and counts the signals that do not end the call.
SIGNALLED_IN_CALLS = """
import select
turns, pid = 150, os.getpid()
class Came(Exception): pass
def end(*ignored): raise Came
signal.signal(signal.SIGUSR1, end)
(question, ask), (answers, answer), (pipe, never) = os.pipe(), os.pipe(), os.pipe()
lock = threading.Lock(); lock.acquire()
def sleeps():
    with open(f"/proc/{pid}/stat") as stat: return stat.read().rpartition(")")[2].split()[0] == "S"
if os.fork() == 0:
    not_ended = 0
    for _ in range(turns):
        os.read(question, 1)
        asleep = 0
        while asleep < 3: asleep = asleep + 1 if sleeps() else 0; time.sleep(0.0005)
        os.kill(pid, signal.SIGUSR1)
        while not select.select([answers], [], [], 0.3)[0]: not_ended += 1; os.kill(pid, signal.SIGUSR1)
        os.read(answers, 1)
    print(not_ended)
    sys.stdout.flush(); os._exit(0)
child = os.fork()
if child == 0: time.sleep(300); os._exit(0)
for _ in range(turns):
    os.write(ask, b".")
    try: CALL
    except Came: pass
    os.write(answer, b".")
os.kill(child, signal.SIGKILL)
"""


class Delivery(SignalsTest):
    """On one CPU (-t 1 is pinned), where a thread that has sent a signal goes on before the one that it was meant for can run."""

    @profiling.measured
    def test_python_handlers_run_though_a_sampled_thread_computes(self):
        """Without help nine signals of ten are taken by the sender: the main thread is not woken."""
        said, _ = self.said("""
event = threading.Event()
signal.signal(signal.SIGTERM, lambda *ignored: event.set())
def send():
    time.sleep(0.002); busy(20_000); os.kill(os.getpid(), signal.SIGTERM); busy(100_000)
late = 0
for _ in range(40):
    event.clear()
    thread = threading.Thread(target=send); thread.start()
    late += not event.wait(10)
    thread.join()
print(late)
""")
        self.assertLessEqual(int(said), 2, "of 40; CPython itself is late now and then")

    @profiling.measured
    def test_a_signal_that_comes_as_a_sleep_begins_ends_it(self):
        """Between the call and the kernel there is room for a signal to be slept through, by design; recording the sleep must not widen it."""
        turns, text = 4000, "print(library.sleeps_through_signals(4000))"
        script = self.script("bare.py", START.format(calls=calls) + text)
        bare = int(subprocess.run([profiling.python, script], capture_output=True, text=True, timeout=100, check=True).stdout)
        said, _ = self.said(text)
        self.assertLessEqual(int(said), 2 * bare + 0.02 * turns)

    @unittest.skip("a fault that is known: up to one signal in ten does not, at 4000 samples a second")
    def test_a_signal_that_comes_together_with_a_sample_ends_the_call(self):
        """A thread that wakes up for a signal may be sampled on its way. The sampler's handler runs first, and the kernel begins the call anew,
        which the script's handler must end all the same."""
        for call in ("lock.acquire()", "os.read(pipe, 1)", "os.waitpid(child, 0)"):
            with self.subTest(call):
                said, _ = self.said(SIGNALLED_IN_CALLS.replace("CALL", call), "-F", "4000", "--no-pin")
                self.assertEqual(int(said), 0)

    @profiling.measured
    def test_native_handlers_run_in_the_main_thread(self):
        said, _ = self.said("print(library.signals_elsewhere(40))", "-F", "4000")
        self.assertIn(int(said), (0, 1))

    def test_no_signal_is_lost_while_threads_end(self):
        said, _ = self.said("print(library.signals_lost_while_threads_end(10_000))", "-F", "4000", "--no-pin", timeout=400)
        self.assertEqual(int(said), 0)

    def test_the_thread_that_has_forked_hears_of_its_child(self):
        said, _ = self.said("""
import subprocess
seen = []
signal.signal(signal.SIGCHLD, lambda *ignored: seen.append(1))
def work():
    for _ in range(5): subprocess.run(["true"]); busy(200_000)
threads = [threading.Thread(target=work) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
time.sleep(0.01)
print(len(seen) > 0)
""")
        self.assertEqual(said, "True\n")

    def test_the_samplers_own_signal_can_be_used(self):
        said, _ = self.said("""
hits = []
signal.signal(signal.SIGSTKFLT, lambda *ignored: hits.append("handled"))
os.kill(os.getpid(), signal.SIGSTKFLT); busy(100_000)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGSTKFLT])
os.kill(os.getpid(), signal.SIGSTKFLT); busy(100_000)
print(hits, signal.SIGSTKFLT in signal.sigpending())
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGSTKFLT]); busy(100_000)
print(hits)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGSTKFLT])
os.kill(os.getpid(), signal.SIGSTKFLT)
print(int(signal.sigwait([signal.SIGSTKFLT])), hits)
pid = os.fork()
if pid == 0:
    signal.signal(signal.SIGSTKFLT, signal.SIG_DFL); signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGSTKFLT])
    os.kill(os.getpid(), signal.SIGSTKFLT); os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
""", "--follow-children")
        self.assertEqual(said, "['handled'] True\n['handled', 'handled']\n16 ['handled', 'handled']\n-16\n")


class Undisturbed(SignalsTest):
    def test_no_call_is_interrupted_by_samples(self):
        said, _ = self.said("""
class Pollfd(ctypes.Structure): _fields_ = [("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short)]
class Timespec(ctypes.Structure): _fields_ = [("s", ctypes.c_long), ("ns", ctypes.c_long)]
r, w = os.pipe(); fds = Pollfd(r, 1, 0); poller = libc.epoll_create1(0); events = ctypes.create_string_buffer(64); short = Timespec(0, 20_000)
calls = {"usleep": lambda: libc.usleep(20), "poll": lambda: libc.poll(ctypes.byref(fds), 1, 1), "epoll_wait": lambda: libc.epoll_wait(poller, events, 1, 1),
         "nanosleep": lambda: libc.nanosleep(ctypes.byref(short), None)}
for name, call in calls.items():
    print(name, sum(call() == -1 and ctypes.get_errno() == errno.EINTR for _ in range(3000 if "sleep" in name else 300)))
""", "-F", "4000")
        self.assertEqual(said, "usleep 0\npoll 0\nepoll_wait 0\nnanosleep 0\n")

    def test_errors_are_those_of_the_failed_calls(self):
        """They are read behind a semaphore's wait, where the world is stopped meanwhile."""
        said, _ = self.said("""
gc.disable(); gc.freeze()
seen = collections.Counter()
def stats():
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        try: os.stat("/nonexistent/x")
        except OSError as error: seen[error.errno] += 1
thread = threading.Thread(target=stats); thread.start()
while thread.is_alive(): gc.collect(0)
print(list(seen))
""", "--no-pin", "-F", "0")
        self.assertEqual(said, f"[{2}]\n")

    def test_a_thread_that_is_asked_to_end_ends_where_it_may(self):
        said, _ = self.said("""
libc.pthread_cancel.argtypes = [ctypes.c_ulong]
begun, done = threading.Event(), False
forever = threading.Lock(); forever.acquire()
def compute():
    global done
    begun.set()
    busy(5_000_000)
    done = True
    while True: forever.acquire()
thread = threading.Thread(target=compute, daemon=True); thread.start()
begun.wait(); libc.pthread_cancel(thread.ident)
for _ in range(3000):
    if done: break
    time.sleep(0.02)
print(done, flush=True)
os._exit(0)
""", "--no-pin", "-F", "4000")
        self.assertEqual(said, "True\n")

    def test_handlers_that_write_leave_the_recording_whole(self):
        _, report = self.said("""
import faulthandler, fcntl, queue
r, w = os.pipe()
fcntl.fcntl(w, 1031, 4096)  # F_SETPIPE_SZ
faulthandler.register(signal.SIGUSR1, file=w, all_threads=False)
there, back = queue.SimpleQueue(), queue.SimpleQueue()
end = time.monotonic() + 1.5
def echo():
    while there.get(): back.put(1)
def read():
    while os.read(r, 512): time.sleep(0.0001)
def send(target):
    while time.monotonic() < end:
        time.sleep(0.0005); signal.pthread_kill(target, signal.SIGUSR1)
for function, arguments in ((echo, ()), (read, ()), (send, (threading.get_ident(),))):
    threading.Thread(target=function, args=arguments, daemon=True).start()
while time.monotonic() < end: there.put(1); back.get()
os._exit(0)
""", "--no-pin")
        self.assertFalse(self.warnings(report) & {"recording", "incomplete_recording"}, report["warnings"])

    def test_handlers_that_jump_leave_the_thread_recorded(self):
        _, report = self.said("library.jump_out_of_waits(20)\nfor _ in range(20): busy(300_000); time.sleep(0.005)")
        rows = {row["function"]: row for run in report["runs"] for row in run["functions"]}
        self.assertIn("busy", rows)
        self.assertGreater(report["runs"][0]["ledger"]["sleep"], 0.08, "the sleeps behind the jumps")
        self.assertFalse(self.warnings(report) & {"recording", "incomplete_recording"}, report["warnings"])

    def test_handlers_that_fork_leave_parent_and_child_whole(self):
        for follow in ([], ["--follow-children"]):
            said, report = self.said("library.forks_gone_wrong.argtypes = [ctypes.c_long]\nprint(library.forks_gone_wrong(20_000))", "--no-pin", *follow)
            self.assertEqual(int(said), 0)
            self.assertFalse(self.warnings(report) & {"recording", "incomplete_recording"}, report["warnings"])


if __name__ == "__main__":
    calls = str(Path(sys.argv.pop(2)).resolve())
    profiling.main(__doc__)

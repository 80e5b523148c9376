#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Scripts that become other programs, and scripts whose work is done by their children. usage: processes_test.py TOOL [unittest arguments]"""
import subprocess

import profiling

BUSY = """
import ctypes, os, signal, sys, threading, time
def busy(steps=3_000_000):
    x = 0
    for i in range(steps): x += i
    return x
def status(name): return next(line.split()[1] for line in open("/proc/self/status") if line.startswith(name))
"""

# Ways to execute `arguments`, the first of which is the program; after some memory to tear down, as any real program has.
EXECUTIONS = {
    "execv": "os.execv(words[0], words)",
    "execve": "os.execve(words[0], words, os.environ)",
    "execve of a descriptor": "os.execve(os.open(words[0], os.O_RDONLY), words, os.environ)",
    "execvp": "os.execvp(words[0], words)",
    "execl": "libc.execl(raw[0], *raw, None)",
    "execlp": "libc.execlp(raw[0], *raw, None)",
    "execle": "libc.execle(raw[0], *raw, None, (ctypes.c_char_p * 1)(None))",
    "execveat": "libc.execveat(-100, raw[0], (ctypes.c_char_p * 3)(*raw, None), (ctypes.c_char_p * 1)(None), 0)",
    "syscall": "libc.syscall(59 if os.uname().machine == 'x86_64' else 221, raw[0], (ctypes.c_char_p * 3)(*raw, None), (ctypes.c_char_p * 1)(None))",
}


class ProcessesTest(profiling.ProfilingTest):
    def run_script(self, text, *options, threads="1", expect=0):
        return self.profile(self.script("script.py", BUSY + text), "-r", "1", "--no-counters", *options, threads=threads, expect=expect)

    def warnings(self, profile):
        return {warning["code"]: warning["message"] for warning in profile.report["warnings"]}

    def functions(self, profile):
        return {row["function"] for run in profile.report["runs"] for row in run["functions"]}


class Execution(ProcessesTest):
    def test_every_form_leads_to_the_next_program(self):
        for name, call in EXECUTIONS.items():
            for thread in (False, True):
                with self.subTest(name, thread=thread):
                    words = "[sys.executable, '-c', 'print(1)']" if "raw" not in call else "['/bin/echo', '1']"
                    profile = self.run_script(f"""
blob = bytearray(60_000_000)
libc = ctypes.CDLL(None)
words = {words}; raw = [w.encode() for w in words]
def become(): busy(1_000_000); {call}
if {thread}: threading.Thread(target=become).start(); time.sleep(30)
become()
""", "--sampler", "cpu-clock", "-F", "3000")
                    self.assertEqual(profile.process.stdout, "1\n")
                    self.assertIn("executed", self.warnings(profile))
                    self.assertIn("busy", self.functions(profile))

    def test_what_the_next_program_inherits(self):
        text = """
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGSTKFLT, signal.SIGUSR2]); signal.signal(signal.SIGSTKFLT, signal.SIG_IGN)
busy()
os.execv(sys.executable, [sys.executable, "-c", "print([l for l in open('/proc/self/status') if l.startswith(('SigBlk', 'SigIgn', 'SigPnd', 'ShdPnd'))])"])
"""
        plain = subprocess.run([profiling.python, self.script("plain.py", BUSY + text)], capture_output=True, text=True)
        self.assertEqual(self.run_script(text).process.stdout, plain.stdout)

    def test_what_fails_goes_on(self):
        profile = self.run_script("""
for _ in range(20):
    try: os.execv("/nonexistent/x", ["x"])
    except FileNotFoundError: pass
busy()
print("still there")
""")
        self.assertEqual(profile.process.stdout, "still there\n")
        self.assertIn("busy", self.functions(profile))
        self.assertNotIn("executed", self.warnings(profile))

    def test_followed_both_programs_are_in_the_report(self):
        profile = self.run_script("""
if len(sys.argv) == 1:
    busy(4_000_000)
    os.execv(sys.executable, [sys.executable, __file__, "again"])
def afterwards(steps):
    x = 0
    for i in range(steps): x += i
afterwards(4_000_000)
""", "--follow-children")
        self.assertLessEqual({"busy", "afterwards"}, self.functions(profile))
        self.assertNotIn("executed", self.warnings(profile))


class Children(ProcessesTest):
    FORKS = """
pids = []
for _ in range(2):
    pid = os.fork()
    if pid == 0:
        busy(4_000_000)
        os._exit(0)
    pids.append(pid)
print([os.waitpid(pid, 0)[1] for pid in pids])
"""

    def test_forked_workers_are_recorded_when_followed(self):
        profile = self.run_script(self.FORKS, "--follow-children")
        self.assertEqual(profile.process.stdout, "[0, 0]\n")
        self.assertIn("busy", self.functions(profile))
        self.assertGreater(profile.report["measurement"]["samples"], 100)
        self.assertFalse({"unrecorded_children", "unrecorded_forks"} & self.warnings(profile).keys())

    def test_otherwise_it_is_said_what_they_used(self):
        profile = self.run_script(self.FORKS)
        self.assertIn("--follow-children", self.warnings(profile).get("unrecorded_children", ""))
        self.assertNotIn("busy", self.functions(profile))

    def test_multiprocessing(self):
        for method in ("fork", "forkserver", "spawn"):
            with self.subTest(method):
                profile = self.run_script(f"""
import multiprocessing
def work(_): busy(4_000_000); return 1
if __name__ == "__main__":
    with multiprocessing.get_context({method!r}).Pool(2) as pool: print(sum(pool.map(work, range(2))))
""", "--follow-children", "--no-pin", threads="2")
                self.assertEqual(profile.process.stdout, "2\n")
                self.assertIn("busy", self.functions(profile))

    def test_threads_and_locks_of_a_forked_worker(self):
        profile = self.run_script("""
def contend(lock):
    for _ in range(40):
        with lock: busy(40_000)
pid = os.fork()
if pid == 0:
    lock = threading.Lock()
    threads = [threading.Thread(target=contend, args=(lock,), name=f"worker {i}") for i in range(2)]
    for t in threads: t.start()
    for t in threads: t.join()
    os._exit(0)
os.waitpid(pid, 0)
""", "--follow-children", "--no-pin", threads="2")
        run = profile.run(2)
        self.assertLessEqual({"worker 0", "worker 1"}, {row["name"] for row in run["per_thread"]})
        self.assertTrue([lock for lock in run["locks"] if lock["kind"] == "threading.Lock"], run["locks"])

    def test_children_without_fork_handlers_leave_the_recording_whole(self):
        for follow in ([], ["--follow-children"]):
            profile = self.run_script("""
libc = ctypes.CDLL(None)
for _ in range(5): time.sleep(0.0001)
child = libc._Fork()
if child == 0:
    for _ in range(7): time.sleep(0.0003)
    os._exit(0)
for _ in range(5): time.sleep(0.0004)
os.waitpid(child, 0)
busy()
""", *follow)
            self.assertFalse(self.warnings(profile).keys() & {"recording", "incomplete_recording"}, profile.report["warnings"])
            self.assertIn("busy", self.functions(profile))

    def test_subprocesses_and_spawned_children(self):
        profile = self.run_script("""
import subprocess
busy()
print(subprocess.run(["echo", "a"], capture_output=True).stdout, os.waitstatus_to_exitcode(os.waitpid(os.posix_spawn("/bin/false", ["false"], {}), 0)[1]), os.system("exit 3") >> 8)
print(os.popen("echo b").read())
""", "--follow-children")
        self.assertEqual(profile.process.stdout, "b'a\\n' 1 3\nb\n\n")
        self.assertFalse(self.warnings(profile).keys() & {"recording", "incomplete_recording"}, profile.report["warnings"])


class Servers(ProcessesTest):
    def test_gunicorn(self):
        """Two forked workers with two threads each, that end by the arbiter's word."""
        made = subprocess.run([profiling.python, "-m", "venv", self.folder / "venv"], capture_output=True, text=True)
        installed = made.returncode == 0 and subprocess.run([self.folder / "venv/bin/python", "-m", "pip", "install", "-q", "--only-binary", ":all:", "gunicorn"], capture_output=True, text=True)
        if not installed or installed.returncode != 0:
            self.skipTest("gunicorn cannot be installed here")
        self.script("app.py", """
import threading
lock = threading.Lock()
def handle(steps):
    with lock:
        x = 0
        for i in range(steps): x += i
    return x
def app(environ, start_response):
    handle(60_000)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"done"]
""")
        script = self.script("serve.py", """
import http.client, os, signal, socket, sys, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
with socket.socket() as free: free.bind(("127.0.0.1", 0)); port = free.getsockname()[1]
load = os.fork()
if load == 0:
    def ask():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/"); return connection.getresponse().read()
    for _ in range(200):
        try: ask(); break
        except OSError: time.sleep(0.05)
    def client():
        for _ in range(60): assert ask() == b"done"
    clients = [threading.Thread(target=client) for _ in range(4)]
    for c in clients: c.start()
    for c in clients: c.join()
    os.kill(os.getppid(), signal.SIGTERM)
    os._exit(0)
from gunicorn.app.wsgiapp import run
sys.argv = ["gunicorn", "-b", f"127.0.0.1:{port}", "-w", "2", "--threads", "2", "-k", "gthread", "--log-level", "error", "app:app"]
run()
""")
        recording = self.folder / "out.ftscale"
        command = [profiling.tool, "run", "-q", "--follow-children", "--no-pin", "--no-counters", "-t", "2", "-r", "1", "--warmup", "0", "--timeout", "120",
                   "--python", self.folder / "venv/bin/python", "-o", recording, script]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=200, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = self.read_report(recording)
        run = report["runs"][0]
        self.assertIn("handle", {row["function"] for row in run["functions"]})
        self.assertGreaterEqual(len([row for row in run["per_thread"] if row["name"].startswith("ThreadPoolExecutor")]), 4, run["per_thread"])
        waiters = {waiter["function"] for lock in run["locks"] for waiter in lock["waiters"]}
        self.assertIn("handle", waiters)


if __name__ == "__main__":
    profiling.main(__doc__)

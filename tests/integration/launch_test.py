#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""How runs are started and what they leave: what else is preloaded, whose folder it is, pauses, processes left behind, a disk that gets full.
usage: launch_test.py TOOL [unittest arguments]"""
import os
import re
import signal
import stat
import subprocess
import time
from pathlib import Path

import profiling

BUSY = """
import os, signal, sys, threading, time
def busy(steps=3_000_000):
    x = 0
    for i in range(steps):
        x += i
    return x
"""
# The folder of the run that is under way, by the manifest's name beside it.
RUN_FOLDER = """
import pathlib
def run_folder():
    partial = next(pathlib.Path(os.environ["WHERE"]).glob("*.partial"))
    return max(partial.glob("run-*"), key=lambda folder: int(folder.name[4:]))
"""


def compiler_library(name):
    """The path of a library that the C compiler brings; nothing where it does not."""
    try:
        path = subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True).stdout.strip()
    except OSError:
        return None
    return os.path.realpath(path) if os.path.isabs(path) and os.path.exists(path) else None


def system_library(pattern):
    folders = [folder for root in ("/usr/lib", "/lib", "/usr/lib64") for folder in (Path(root), *Path(root).glob("*-linux-gnu*"))]
    return next((str(path) for folder in folders for path in sorted(folder.glob(pattern))), None)


class LaunchTest(profiling.ProfilingTest):
    def sweep(self, text, *options, threads="1", variables=None, where=None, prefix=()):
        """The finished tool; the script's text follows BUSY."""
        script = self.script("script.py", BUSY + text)
        self.recording = (where or self.folder) / "out.ftscale"
        command = [*prefix, profiling.tool, "run", "--python", profiling.python, "-t", threads, "--warmup", "0", "-o", self.recording, *options, script]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300,
                              env={**os.environ, "WHERE": str(where or self.folder), **(variables or {})})

    def warnings(self, code, recording=None):
        report = self.read_report(recording or self.recording)
        return [warning["message"] for warning in report["warnings"] if warning["code"] == code]

    def wait_for(self, path):
        while not path.exists() or not path.read_text():
            time.sleep(0.01)
        return path.read_text()


class Preloaded(LaunchTest):
    """What the user preloads goes on working, beside the probe."""

    def check_works(self, library, variables=None):
        if library is None:
            self.skipTest("the library is not installed here")
        text = """
def allocate():
    kept = []
    for i in range(20_000): kept.append(bytes(i % 3000))
    return sum(map(len, kept))
threads = [threading.Thread(target=busy) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
print(allocate(), busy(), os.environ["LD_PRELOAD"])
with open("/proc/self/maps") as maps: print(os.path.basename(os.environ["LD_PRELOAD"]) in maps.read())
"""
        # Some sanitizers know no address space as random as newer kernels make it.
        prefix = ["setarch", "-R"]
        variables = {**(variables or {}), "LD_PRELOAD": library, "FTSCALE_THREADS": "2"}
        script = self.script("script.py", BUSY + text)
        plain = subprocess.run([*prefix, profiling.python, script], capture_output=True, text=True, timeout=300, env={**os.environ, **variables})
        if plain.returncode != 0:
            self.skipTest(f"the interpreter does not run with it: {plain.stderr[-300:]}")
        # Only the script's environment has the library: it is not the tool that is tried.
        settings = [option for name, value in variables.items() for option in ("--env", f"{name}={value}")]
        process = self.sweep(text, "-q", "-r", "1", *settings[:-2], threads="2", prefix=prefix)
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEqual(process.stdout, plain.stdout)
        self.assertTrue(plain.stdout.endswith("True\n"), plain.stdout)
        report = self.read_report(self.recording)
        self.assertGreater(report["measurement"]["samples"], 20)
        self.assertIn("busy", {function["function"] for run in report["runs"] for function in run["functions"]})

    def test_address_sanitizer(self):
        self.check_works(compiler_library("libasan.so"), {"ASAN_OPTIONS": "detect_leaks=0"})

    def test_undefined_behaviour_sanitizer(self):
        self.check_works(compiler_library("libubsan.so"))

    def test_jemalloc(self):
        self.check_works(system_library("libjemalloc.so.2"))

    def test_mimalloc(self):
        self.check_works(system_library("libmimalloc.so.2*"))

    def test_tcmalloc(self):
        self.check_works(system_library("libtcmalloc_minimal.so.4"))


class Folders(LaunchTest):
    def test_a_folder_of_somebody_else_is_not_written_to(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give a folder away")
        partial, elsewhere = self.folder / "out.ftscale.partial", self.folder / "elsewhere"
        for folder in (partial, elsewhere):
            folder.mkdir()
            folder.chmod(0o777)
            os.chown(folder, 65534, 65534)
        (partial / "run-0").symlink_to(elsewhere)
        process = self.sweep("print('ran')", "-q")
        self.assertEqual(process.returncode, 1)
        self.assertIn("belongs to another user", process.stderr)
        self.assertIn("-o", process.stderr)
        self.assertNotIn("ran", process.stdout)
        self.assertEqual(list(elsewhere.iterdir()), [])

    def test_what_a_run_leaves_is_for_the_user_alone(self):
        process = self.sweep(RUN_FOLDER + """
folder = run_folder()
for path in (folder.parent, folder, *sorted(folder.iterdir())): print(path.name, oct(path.stat().st_mode & 0o7777), path.stat().st_uid == os.geteuid())
""", "-q", "-r", "1")
        self.assertEqual(process.returncode, 0, process.stderr)
        lines = process.stdout.splitlines()
        self.assertIn("out.ftscale.partial 0o700 True", lines)
        self.assertIn("run-0 0o700 True", lines)
        self.assertIn("budget 0o600 True", lines)
        self.assertTrue(any(re.fullmatch(r"process-\d+\.stream 0o600 True", line) for line in lines), lines)
        self.assertEqual([path.name for path in self.folder.iterdir() if "ftscale" in path.name], ["out.ftscale"])

    def test_the_recording_is_its_owner_s_alone(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.sweep("", "-q", "-r", "1", "-F", "0")
        self.assertEqual(stat.S_IMODE(self.recording.stat().st_mode), 0o600)

    def test_what_a_killed_sweep_has_left_is_kept(self):
        script = self.script("script.py", BUSY + "busy(); print('ready', flush=True)\nwhile True: time.sleep(1)")
        recording = self.folder / "out.ftscale"
        with subprocess.Popen([profiling.tool, "run", "-q", "--python", profiling.python, "-t", "1", "--warmup", "0", "-o", recording, script],
                              stdout=subprocess.PIPE, text=True) as tool:
            self.assertEqual(tool.stdout.readline(), "ready\n")
            tool.kill()
            tool.communicate(timeout=60)
        process = self.sweep("", "-r", "1")
        self.assertEqual(process.returncode, 0, process.stderr)
        kept = self.folder / "out-unfinished.ftscale"
        self.assertIn(str(kept), process.stderr)
        self.assertGreater(self.read_report(kept)["measurement"]["samples"], 10)
        self.assertEqual(len(self.warnings("interrupted", kept)), 1)


class Disturbances(LaunchTest):
    """What else goes on while runs are measured is said."""

    def test_a_pause(self):
        started, script_pid = time.monotonic(), self.folder / "pid"
        script = self.script("script.py", BUSY + f"open({str(script_pid)!r}, 'w').write(str(os.getpid()))\nbusy()\nwhile not os.path.exists({str(script_pid)!r} + '.go'): time.sleep(0.01)")
        self.recording = self.folder / "out.ftscale"
        with subprocess.Popen([profiling.tool, "run", "-q", "--python", profiling.python, "-t", "1", "-r", "1", "--warmup", "0", "-o", self.recording, script]) as tool:
            pid = int(self.wait_for(script_pid))
            os.kill(pid, signal.SIGSTOP)
            time.sleep(1)
            os.kill(pid, signal.SIGCONT)
            (self.folder / "pid.go").touch()
            self.assertEqual(tool.wait(timeout=100), 0)
        said = self.warnings("stopped")
        self.assertEqual(len(said), 1)
        seconds = float(re.search(r"stopped for (\S+) s", said[0]).group(1))
        self.assertGreater(seconds, 0)
        self.assertLess(seconds, time.monotonic() - started)

    def test_no_pause(self):
        self.sweep("busy()", "-q", "-r", "1")
        self.assertEqual(self.warnings("stopped"), [])
        self.assertEqual(self.warnings("leftover_process"), [])

    def test_processes_left_behind_that_go_on_working(self):
        pid_file = self.folder / "pid"
        process = self.sweep(f"""
import subprocess
path = {str(pid_file)!r}
if not os.path.exists(path):
    work = "import os; open(" + repr(path) + ", 'w').write(str(os.getpid()))\\nwhile True: pass"
    subprocess.Popen([sys.executable, "-c", work], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not os.path.exists(path): time.sleep(0.01)
else:
    ticks = lambda: int(open("/proc/" + open(path).read() + "/stat").read().split()[13])
    begin = ticks()
    while ticks() - begin < 20: time.sleep(0.01)
""", "-q", "-r", "2")
        left = int(self.wait_for(pid_file))
        os.kill(left, signal.SIGKILL)  # it was left alone
        self.assertEqual(process.returncode, 0, process.stderr)
        said = self.warnings("leftover_process")
        self.assertEqual(len(said), 1, said)
        self.assertIn(f"process {left} (", said[0])
        self.assertIn("-c import os;", said[0])


class DiskUse(LaunchTest):
    MEBIBYTE = 1 << 20

    def small_disk(self, size):
        mounted = self.folder / "small"
        mounted.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", mounted], capture_output=True).returncode != 0:
            self.skipTest("cannot mount a small file system here")
        self.addCleanup(subprocess.run, ["umount", mounted], check=True)
        return mounted

    def test_the_bound_is_shared_out_among_the_runs(self):
        process = self.sweep(RUN_FOLDER + """
import struct
budget = (run_folder() / "budget").read_bytes()
magic, limit, used = struct.unpack_from("<8sQQ", budget)
print(len(budget), magic.decode(), os.environ["FTSCALE_THREADS"], limit)
""", "-q", "-r", "2", "--max-size", "96M", threads="1,2")
        self.assertEqual(process.returncode, 0, process.stderr)
        rows = [line.split() for line in process.stdout.splitlines()]
        self.assertEqual([row[:2] for row in rows], [["4096", "FTSCBDGT"]] * 4)
        to_come = sum(int(row[2]) for row in rows)
        left = 96 * self.MEBIBYTE
        for _, _, threads, limit in rows:
            share = left * int(threads) // to_come
            # Runs of nothing take little, and that is off.
            self.assertLessEqual(int(limit), share)
            self.assertGreater(int(limit), 0.9 * share)
            left, to_come = int(limit) * to_come // int(threads), to_come - int(threads)

    def test_without_a_bound_there_is_no_budget(self):
        process = self.sweep(RUN_FOLDER + "print([path.name for path in run_folder().iterdir() if path.name == 'budget'])", "-q", "-r", "1", "--max-size", "0")
        self.assertEqual(process.stdout, "[]\n", process.stderr)

    def test_a_size_that_is_none_is_wrong_usage(self):
        process = self.sweep("", "--max-size", "many")
        self.assertEqual(process.returncode, 2)
        self.assertIn("--max-size: 'many' is no size", process.stderr)

    def test_on_a_full_disk_nothing_is_begun(self):
        process = self.sweep("print('ran')", where=self.small_disk("8m"))
        self.assertEqual(process.returncode, 1)
        self.assertIn("too little room for a recording", process.stderr)
        self.assertNotIn("ran", process.stdout)
        self.assertEqual(list(self.recording.parent.iterdir()), [])

    def test_little_room_is_said(self):
        process = self.sweep("", "-r", "1", where=self.small_disk("32m"))
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertRegex(process.stderr, r"3\d MiB free where the recording is.*--max-size 2 GiB")

    def fill_disk(self, left):
        """Script text: leaves so many bytes free, as another program might."""
        return f"""
where = os.environ["WHERE"]
free = os.statvfs(where).f_bavail * os.statvfs(where).f_frsize
open(os.path.join(where, "filler"), "wb").write(bytes(max(0, free - {left})))
"""

    def test_where_there_is_little_room_packed_streams_go_at_once(self):
        process = self.sweep("busy(9_000_000)\n" + self.fill_disk(128 << 10), "-r", "1", where=self.small_disk("24m"))
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertIn("what is packed is removed at once", process.stderr)
        self.assertEqual(self.warnings("incomplete_recording"), [])
        self.assertGreater(self.read_report(self.recording)["measurement"]["samples"], 20)
        self.assertEqual(sorted(path.name for path in self.recording.parent.iterdir()), ["filler", "out.ftscale"])

    def test_what_cannot_be_packed_is_kept_and_packed_later(self):
        where = self.small_disk("24m")
        process = self.sweep("busy(9_000_000)\n" + self.fill_disk(0), "-r", "1", where=where)
        self.assertEqual(process.returncode, 1)
        self.assertIn(f"kept in {where}/out.ftscale.partial", process.stderr)
        self.assertGreater(self.read_report(where / "out.ftscale.partial")["measurement"]["samples"], 20)
        (where / "filler").unlink()
        self.assertEqual(self.sweep("", "-r", "1", where=where).returncode, 0)
        self.assertGreater(self.read_report(where / "out-unfinished.ftscale")["measurement"]["samples"], 20)


class Names(LaunchTest):
    def test_names_command_neither_terminals_nor_runners(self):
        process = self.sweep("""
from _ftscale import region
for name in ("::error::x", "##[error]x", "\\x9b31m red \\x9d0;title\\x9c \\u202e \\u061c \\U000e0041 txt"):
    with region(name): busy(100_000)
""", "-r", "1", "-F", "0")
        self.assertEqual(process.returncode, 0, process.stderr)
        dump = subprocess.run([profiling.tool, "dump", "--no-symbols", self.recording], capture_output=True, text=True, check=True).stdout
        text = subprocess.run([profiling.tool, "report", self.recording], capture_output=True, text=True, check=True).stdout
        self.assertIn("error", dump)
        for shown in (dump, text, process.stdout):
            self.assertNotIn("##[", shown)
            self.assertNotRegex(shown, r"(?m)^\s*::")
            self.assertNotRegex(shown, "[\x7f-\x9f\u061c\u202a-\u202e\U000e0000-\U000e007f]")


if __name__ == "__main__":
    profiling.main(__doc__)

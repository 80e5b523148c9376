# SPDX-License-Identifier: MIT
"""An emulated aarch64 machine with a PMU: runs a job and tells what came of it.

A machine lives for one job. The job's steps print to the serial console, between marks that `init` writes; files come back the same
way. Whatever the machine does, `run` returns or raises within its time limit."""

import base64
import gzip
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
QEMU = "qemu-system-aarch64"
NEEDED = (QEMU, "mmdebstrap", "cpio", "aarch64-linux-gnu-g++")
SKIPPED = 77


def missing_tools():
    return [name for name in NEEDED if shutil.which(name) is None]


def print_of(script, *arguments):
    """What one of the scripts beside this file prints on stdout, by lines."""
    return subprocess.run([HERE / script, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()


@dataclass
class Step:
    output: str = ""
    status: int | None = None  # None: the machine ended before it did


@dataclass
class Outcome:
    log: str
    steps: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    is_complete: bool = False


@dataclass
class Job:
    """`steps`: name -> shell command, run one after the other in /scratch; `bring`: path there -> file or folder here; `take`: paths there."""
    steps: dict
    bring: dict = field(default_factory=dict)
    take: list = field(default_factory=list)

    def script(self):
        lines = [f"step {name} sh -c {shlex.quote(command)}" for name, command in self.steps.items()]
        lines += [f"deliver {shlex.quote(path)}" for path in self.take]
        return "\n".join(lines) + "\n"


@dataclass
class Machine:
    kernel: str
    image: str
    cpu: str = "cortex-a57"
    processors: int = 1
    # 2 ns of the machine's time for each instruction: its counters are exact, and so is its clock.
    instruction_shift: int | None = 1
    timeout_s: int = 300

    def run(self, job):
        with tempfile.TemporaryDirectory() as folder:
            initrd, log = Path(folder) / "initrd", Path(folder) / "console"
            self._write_initrd(job, Path(folder), initrd)
            try:
                subprocess.run(self._command(initrd, log), stdin=subprocess.DEVNULL, check=True, timeout=self.timeout_s)
            except subprocess.TimeoutExpired as error:
                raise AssertionError(f"the machine was not done after {self.timeout_s} s:\n{tail(log)}") from error
            outcome = parse_console(log.read_text(errors="replace"))
        assert outcome.is_complete, f"the machine ended early:\n{outcome.log[-3000:]}"
        return outcome

    def _write_initrd(self, job, folder, initrd):
        """The kernel unpacks one archive after the other: the image, then what belongs to this job."""
        tree = folder / "tree"
        tree.mkdir()
        shutil.copy(HERE / "init", tree / "init")
        (tree / "job").write_text(job.script())
        for there, here in job.bring.items():
            target = tree / there.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(here, target) if Path(here).is_dir() else shutil.copy(here, target)
        names = "\n".join(sorted(str(path.relative_to(tree)) for path in tree.rglob("*")))
        packed = subprocess.run(["cpio", "--quiet", "-o", "-H", "newc"], input=names.encode(), cwd=tree, check=True,
                                stdout=subprocess.PIPE).stdout
        with open(initrd, "wb") as out, open(self.image, "rb") as image:
            shutil.copyfileobj(image, out)
            out.write(packed)

    def _command(self, initrd, log):
        icount = [] if self.instruction_shift is None else ["-icount", f"shift={self.instruction_shift}"]
        return [QEMU, "-M", "virt", "-m", "1024", "-cpu", self.cpu, "-smp", str(self.processors), *icount, "-nic", "none", "-nographic",
                "-no-reboot", "-monitor", "none", "-serial", f"file:{log}", "-kernel", self.kernel, "-initrd", str(initrd),
                "-append", "console=ttyAMA0 quiet loglevel=3 panic=-1 rdinit=/init"]


def make_machine(**settings):
    kernel, image = print_of("make-image")
    return Machine(kernel, image, **settings)


def tail(path):
    return path.read_text(errors="replace")[-3000:] if path.exists() else "(it printed nothing)"


def parse_console(text):
    outcome = Outcome(text)
    step, file = None, None
    for line in text.replace("\r", "").split("\n"):
        mark, _, rest = line.partition(" ")
        if mark == "@@step":
            step = outcome.steps[rest] = Step()
        elif mark == "@@status" and step is not None:
            step.status = int(rest.rpartition(" ")[2])
            step.output = step.output.removesuffix("\n")
            step = None
        elif mark == "@@file":
            file = []
        elif mark == "@@end" and file is not None:
            outcome.files[rest] = gzip.decompress(base64.b64decode("".join(file)))
            file = None
        elif mark == "@@done":
            outcome.is_complete = True
        elif file is not None:
            file.append(line)
        elif step is not None:
            step.output += line + "\n"
    return outcome

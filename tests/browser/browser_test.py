#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Pages as a browser shows them: makes recordings of two examples, and pages of them and of profiles made by hand; pages_test.mjs looks at
these in headless Chromium.

usage: browser_test.py TOOL WRITER PACKAGES

WRITER is write_sample_pages; PACKAGES the folder that npm packages are installed into. Exits with 77 (skipped) where there is no Chromium, no
Node.js 20 or npm, no free-threaded Python, or where the tool was built without its page.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "support"))
from npm_packages import SKIPPED, install, require_node, skip  # noqa: E402

HERE = Path(__file__).resolve().parent
OLDEST_NODE = 20  # that Playwright runs on
# What the first finding of each must be about is known from how it was made.
EXAMPLES = ["shared_list", "serial_section"]
ODD_SCRIPT = '''
import os, threading
def spin(steps):
    x = 1.0
    for _ in range(steps): x = x * 1.0000001 + 0.5
def named(name):
    code = spin.__code__.replace(co_name=name, co_qualname=name)
    return type(spin)(code, {"range": range}, name)
threads = int(os.environ["FTSCALE_THREADS"])
names = ["</script><b>bold</b>", "a;b \\"c\\" 'd' & <lambda>", "größe.计算", "x" * 4000]
for name in names:
    workers = [threading.Thread(target=named(name), args=(1_000_000 // threads,), name=name[:100]) for _ in range(threads)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
'''
IGNORING_SCRIPT = '''
import threading
def work():
    x = 1.0
    for _ in range(6_000_000): x = x * 1.0000001 + 0.5
worker = threading.Thread(target=work)
worker.start()
worker.join()
'''


def find_python():
    found = subprocess.run([SOURCE / "scripts" / "find-python"], capture_output=True, text=True)
    python = os.environ.get("FTSCALE_PYTHON") or found.stdout.strip()
    return python or skip("no free-threaded Python")


def profile(tool, python, script, recording):
    subprocess.run([tool, "run", "-q", "--python", python, "-t", "1,2", "-r", "2", "-o", recording, script], check=True)


def make_pages(tool, python, folder):
    odd = folder / "odd_names.py"
    odd.write_text(ODD_SCRIPT)
    ignoring = folder / "ignores_count.py"
    ignoring.write_text(IGNORING_SCRIPT)
    for script in [*(SOURCE / "examples" / f"{name}.py" for name in EXAMPLES), odd, ignoring]:
        recording = folder / f"{script.stem}.ftscale"
        profile(tool, python, script, recording)
        for form, suffix in (("html", "html"), ("json", "json")):
            subprocess.run([tool, "report", recording, "--format", form, "-o", folder / f"{script.stem}.{suffix}"], check=True)
        subprocess.run([tool, "flamegraph", recording, "-o", folder / f"{script.stem}.flamegraph.html"], check=True)


def main(arguments):
    tool, writer, packages = (Path(argument).resolve() for argument in arguments)
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or skip("no chromium on PATH")
    require_node(OLDEST_NODE)
    python = find_python()
    install(HERE, packages)
    for module in HERE.glob("*.mjs"):  # beside the packages, where node looks for them
        shutil.copy(module, packages)
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run([writer, folder]).returncode == SKIPPED:
            skip("the tool was built without its page")
        make_pages(tool, python, Path(folder))
        return subprocess.run(["node", "--test", "--test-reporter=spec", packages / "pages_test.mjs"],
                              env={**os.environ, "PAGES": folder, "BROWSER": browser}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The checkers themselves: each is fed violations and must name them, and a clean case that it must pass."""
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import check_includes  # noqa: E402
import check_man_pages  # noqa: E402
import check_probe_symbols  # noqa: E402


class TemporaryTree(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)

    def write(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target


class IncludesTest(TemporaryTree):
    def setUp(self):
        super().setUp()
        self.write("src/CMakeLists.txt", "foreach(room base model recording symbols account cli)")
        self.room("base", "")
        self.room("model", "")
        self.room("recording", "ftscale::base")
        self.room("symbols", "ftscale::recording PkgConfig::libdw")
        self.room("account", "ftscale::symbols")
        self.room("cli", "ftscale::account CLI11::CLI11")
        self.write("src/base/log.cpp", "#include <spdlog/spdlog.h>\n")
        self.write("src/account/account.cpp", '#include "account/x.h"\n#include "symbols/symbols.h"\n#include "ftscale/format.h"\n')
        self.write("src/cli/run.cpp", "#include <CLI/CLI.hpp>\n")
        self.write("src/main.cpp", '#include "cli/cli.h"\n#include "base/error.h"\n#include <vector>\n')
        self.write("src/model/usl.cpp", '#include "model/usl.h"\n#include <cmath>\n')
        self.write("include/ftscale/format.h", "#include <cstdint>\n")
        self.write("probes/probe.cpp", '#include <Python.h>\n#include "ftscale/format.h"\n#include "stream.h"\n')

    def room(self, name, links):
        self.write(f"src/{name}/CMakeLists.txt", f"ftscale_room({name}\n  SOURCES {name}.cpp\n  LINKS {links})\n")

    def assert_violation(self, expected):
        violations = check_includes.check(self.root)
        self.assertEqual(len(violations), 1, violations)
        self.assertIn(expected, violations[0])

    def test_clean(self):
        self.assertEqual(check_includes.check(self.root), [])

    def test_include_to_the_right(self):
        self.write("src/recording/reader.cpp", '#include "account/account.h"\n')
        self.assert_violation("src/recording/reader.cpp:1: account/account.h: recording may not include account")

    def test_line_number(self):
        self.write("src/recording/reader.cpp", '// x\n\n#include <vector>\n  #  include "account/account.h"\n')
        self.assert_violation("src/recording/reader.cpp:4:")

    def test_include_within_a_tier(self):
        self.write("src/base/error.h", '#include "model/fit.h"\n')
        self.assert_violation("base may not include model")

    def test_include_of_no_room(self):
        self.write("src/symbols/elf.cpp", '#include "elf.h"\n')
        self.assert_violation("not a path of the form room/file.h")

    def test_own_header_in_angle_brackets(self):
        self.write("src/recording/reader.cpp", "#include <account/account.h>\n")
        self.assert_violation("own headers are included with quotes")

    def test_main_includes_a_room_in_the_middle(self):
        self.write("src/main.cpp", '#include "account/account.h"\n')
        self.assert_violation("main.cpp includes only base, cli")

    def test_third_party_away_from_home(self):
        for path, header, expected in [
            ("src/account/a.cpp", "CLI/CLI.hpp", "CLI only in src/cli/"),
            ("src/cli/verbosity.cpp", "spdlog/spdlog.h", "spdlog only in src/base/log"),
            ("src/base/catalogue.cpp", "spdlog/spdlog.h", "spdlog only in src/base/log"),
            ("src/account/a.cpp", "perfmon/pfmlib.h", "perfmon only in src/counters/"),
        ]:
            with self.subTest(header=header, path=path):
                source = self.write(path, f"#include <{header}>\n")
                self.assert_violation(expected)
                source.unlink()

    def test_model_is_pure(self):
        for line in ("#include <fmt/format.h>", "#include <unistd.h>", '#include "ftscale/format.h"', '#include "base/error.h"'):
            with self.subTest(line=line):
                self.write("src/model/usl.cpp", line + "\n")
                self.assertEqual(len(check_includes.check(self.root)), 1)

    def test_treaty_depends_on_nothing(self):
        self.write("include/ftscale/format.h", "#include <string>\n")
        self.assert_violation("the treaty depends on nothing")

    def test_probe_includes_the_tool(self):
        for line in ('#include "recording/reader.h"', '#include "../src/base/error.h"', "#include <base/error.h>"):
            with self.subTest(line=line):
                self.write("probes/probe.cpp", line + "\n")
                self.assert_violation("probes include nothing of src/")

    def test_probe_includes_the_tools_libraries(self):
        self.write("probes/probe.cpp", "#include <fmt/format.h>\n")
        self.assert_violation("not in somebody else's process")

    def test_link_to_the_right(self):
        self.room("recording", "ftscale::base ftscale::account")
        self.assert_violation("recording may not link account")

    def test_link_by_another_command(self):
        self.write(
            "src/recording/CMakeLists.txt",
            "ftscale_room(recording SOURCES a.cpp)\ntarget_link_libraries(ftscale_recording PUBLIC ftscale_account)\n",
        )
        self.assert_violation("recording may not link account")

    def test_comment_is_no_link(self):
        self.room("recording", "ftscale::base # not ftscale::account\n")
        self.assertEqual(check_includes.check(self.root), [])

    def test_room_without_a_library(self):
        (self.root / "src/model/CMakeLists.txt").unlink()
        self.assert_violation("src/model: no CMakeLists.txt")

    def test_room_with_another_rooms_library(self):
        self.write("src/model/CMakeLists.txt", "ftscale_room(base SOURCES a.cpp)\n")
        self.assert_violation("no ftscale_room(model ...)")

    def test_room_never_added(self):
        self.write("src/CMakeLists.txt", "foreach(room base recording symbols account cli)")
        self.assert_violation("model is never added")

    def test_folder_that_is_no_room(self):
        self.write("src/utils/x.h", '#include "account/account.h"\n')
        self.assert_violation("src/utils: not a room")

    def test_exit_status(self):
        self.assertEqual(self.run_checker(self.root), 0)
        self.write("src/utils/x.h", "")
        self.assertEqual(self.run_checker(self.root), 1)
        self.assertEqual(self.run_checker(self.root / "nowhere"), 2)

    def run_checker(self, root):
        return subprocess.run([sys.executable, check_includes.__file__, root], capture_output=True).returncode


HELP = """\
Where did the cores go?
Usage: ftscale [OPTIONS] SUBCOMMAND

Options:
  -h,--help                   Print this help message and exit
  --version                   Print the version

Subcommands:
  run                         Profile a script
                              at several thread counts
  dump                        Print a recording
"""
RUN_HELP = """\
Profile a script
Options:
  -h,--help                   Print this help message and exit
  -t,--threads TEXT           Thread counts (see --repeats-)
  --pin,--no-pin{false}       One core per thread
"""


class ManPagesTest(TemporaryTree):
    def setUp(self):
        super().setUp()
        self.write("help", HELP)
        self.write("help-run", RUN_HELP)
        self.write("help-dump", "  -h,--help  Print\n")
        self.tool = self.write(
            "ftscale", f'#!/bin/sh\ncase "$1" in --help) cat {self.root}/help ;; *) cat {self.root}/help-$1 ;; esac\n'
        )
        self.tool.chmod(self.tool.stat().st_mode | stat.S_IXUSR)
        self.write("man/ftscale.1", ".TP\n.BR \\-h \", \" \\-\\-help\n.TP\n\\fB\\-\\-version\\fR\n")
        self.write("man/ftscale-run.1", ".B \\-\\-help\n\\fB\\-\\-threads\\fP \\-\\-repeats\n.BR --pin , --no-pin\n")
        self.write("man/ftscale-dump.1", "--help\n")

    def check(self):
        return check_man_pages.check(self.tool, self.root / "man")

    def test_clean(self):
        self.assertEqual(self.check(), [])

    def test_subcommands(self):
        self.assertEqual(check_man_pages.subcommands(HELP), ["run", "dump"])

    def test_option_not_in_the_page(self):
        self.write("man/ftscale-run.1", "--help --threads --repeats --no-pin --pinned\n")
        self.assertEqual(len(self.check()), 1)
        self.assertIn("--pin is in --help but not here", self.check()[0])

    def test_option_in_a_comment_of_the_page(self):
        self.write("man/ftscale-dump.1", '.\\" --help\n')
        self.assertIn("--help is in --help", self.check()[0])

    def test_option_of_the_tool_itself(self):
        self.write("man/ftscale.1", "--help\n")
        self.assertIn("--version", self.check()[0])

    def test_page_missing(self):
        (self.root / "man/ftscale-dump.1").unlink()
        self.assertIn("ftscale-dump.1: missing", self.check()[0])

    def test_no_subcommands(self):
        self.write("help", "--help\n")
        self.assertIn("lists no subcommands", self.check()[0])

    def test_broken_tool(self):
        self.write("ftscale", "#!/bin/sh\nexit 3\n")
        with self.assertRaises(RuntimeError):
            self.check()


@unittest.skipUnless(shutil.which(os.environ.get("CXX", "c++")), "no compiler")
class ProbeSymbolsTest(TemporaryTree):
    def compile(self, name, text):
        source = self.write(f"{name}.cpp", text)
        target = self.root / f"{name}.o"
        subprocess.run([os.environ.get("CXX", "c++"), "-O1", "-c", source, "-o", target], check=True)
        return target

    def setUp(self):
        super().setUp()
        self.clean = self.compile("clean", 'extern "C" int getpid(); extern int other(); int f() { return getpid() + other(); }')
        self.other = self.compile("other", "int other() { return 1; }")
        self.careless = self.compile("careless", "int* g() { return new int(1); }")

    def test_clean(self):
        self.assertEqual(check_probe_symbols.check([self.clean, self.other], "# head\n\ngetpid  # a system call\n"), [])

    def test_allocation(self):
        violations = check_probe_symbols.check([self.clean, self.other, self.careless], "getpid # a system call")
        self.assertEqual(len(violations), 1)
        self.assertIn("_Znwm is not on the allow-list", violations[0])

    def test_weak_symbol(self):
        weak = self.compile("weak", 'extern "C" __attribute__((weak)) int Py_Thing(); int h() { return Py_Thing ? Py_Thing() : 0; }')
        self.assertIn("Py_Thing", check_probe_symbols.check([weak], "")[0])

    def test_defined_in_no_given_object(self):
        self.assertIn("_Z5otherv", check_probe_symbols.check([self.clean], "getpid # a system call")[0])

    def test_line_without_a_reason(self):
        self.assertIn("getpid: no reason given", check_probe_symbols.check([self.clean, self.other], "getpid\n")[0])

    def test_exit_status(self):
        allow = self.write("allow.txt", "getpid # a system call\n")
        command = [sys.executable, check_probe_symbols.__file__, "--allow", allow]
        self.assertEqual(subprocess.run([*command, self.clean, self.other], capture_output=True).returncode, 0)
        self.assertEqual(subprocess.run([*command, self.careless], capture_output=True).returncode, 1)
        self.assertEqual(subprocess.run([*command, self.root / "none.o"], capture_output=True).returncode, 2)
        self.assertEqual(subprocess.run(command, capture_output=True).returncode, 2)


if __name__ == "__main__":
    unittest.main()

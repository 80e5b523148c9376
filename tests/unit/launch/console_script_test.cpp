// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/console_script.h"

#include "support/catch.h"
#include "unit/launch/temporary_folder.h"

namespace ftscale::launch {
namespace {

TEST_CASE("an installed command is found beside the interpreter, else on PATH") {
    const TemporaryFolder folder;
    const std::string python = folder.write_program("venv/bin/python", "").string();
    const auto beside = folder.write_program("venv/bin/pytest", "#!" + python + "\nimport sys\n");
    const auto elsewhere = folder.write_program("other/pytest", "#!/usr/bin/env python3\n");
    const auto linter =
        folder.write_program("other/lint", "#!/bin/sh\n'''exec' \"/a long path/python\" \"$0\" \"$@\"\n");
    folder.write_program("other/ls", "\177ELF");
    folder.write_program("other/build", "#!/bin/sh\nmake\n");
    Variables variables;
    variables.set("PATH", (folder.path() / "other").string());
    CHECK(find_console_script("pytest", python, variables) == beside);
    CHECK(find_console_script("pytest", "/nowhere/python", variables) == elsewhere);
    CHECK(find_console_script("lint", python, variables) == linter);
    for (const char* name : {"ls", "build", "absent", "", "./pytest"})
        CHECK_FALSE(find_console_script(name, python, variables));
}

}  // namespace
}  // namespace ftscale::launch

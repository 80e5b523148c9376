// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What the interpreter and the variables it will find mean for a profile.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "launch/doctor/asker.h"
#include "launch/doctor/check.h"
#include "launch/doctor/trial.h"
#include "launch/variables.h"
#include "recording/manifest.h"

namespace ftscale::launch {

/// The ELF object that holds the interpreter: the executable, or libpython.
struct InterpreterImage {
    std::string path;
    bool has_symbols = false;        // all functions have names, by .symtab or a separate debug file
    bool has_unwind_tables = false;  // .eh_frame
    std::string package;             // Debian's that owns it; empty: none
};

/// Where the interpreter's code lies: libpython where the trial's samples fell into one, else the executable.
std::string image_path(const recording::Interpreter& interpreter, const Trial& trial);

/// The installed Debian package that a file belongs to; empty: none.
std::string find_owner(const std::string& file, const std::filesystem::path& root = "/");

Check interpreter_found(const recording::Interpreter& interpreter);
Check interpreter_refused(const base::Error& error, const Variables& variables);
Check probe_found(const std::filesystem::path& probe);
Check probe_refused(const base::Error& error);
Check check_trial(const Trial& trial);
Check check_gil(const recording::Interpreter& interpreter, const Trial& trial, const Variables& variables);
Check check_symbols(const InterpreterImage& image, const Asker& asker);
Check check_unwinding(const InterpreterImage& image);
Check check_internal_locks(const recording::Interpreter& interpreter, bool are_known);
Check check_bytecode(const recording::Interpreter& interpreter, const Variables& variables);

}  // namespace ftscale::launch

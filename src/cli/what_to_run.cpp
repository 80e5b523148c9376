// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/what_to_run.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "base/log.h"
#include "launch/console_script.h"

namespace ftscale::cli {
namespace {

namespace fs = std::filesystem;
using launch::Target;

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
    throw base::Error(message, hint, base::ExitCode::Usage);
}

bool is_standard_input(const Target& target) { return target.kind == Target::Kind::Script && target.program == "-"; }

/// pytest -> /venv/bin/pytest, where there is no file of that name here.
Target resolve_console_script(Target target, const std::string& interpreter, const launch::Variables& variables) {
    std::error_code failed;
    if (target.kind != Target::Kind::Script || fs::exists(target.program, failed)) return target;
    if (const auto script = launch::find_console_script(target.program, interpreter, variables))
        target.program = script->string();
    return target;
}

bool may_be_installed(const Target& target) {
    return target.program.find('/') == std::string::npos && !target.program.ends_with(".py");
}

/// Python would say so too, but only once a run has been started and recorded.
void check_scripts_exist(const Target& target, const std::vector<int>& threads) {
    if (target.kind != Target::Kind::Script || is_standard_input(target)) return;
    for (const int count : threads) {
        const std::string path = launch::target_command({}, target, count).at(1);
        std::error_code failed;
        if (!fs::exists(path, failed))
            throw may_be_installed(target)
                ? base::Error(fmt::format("script '{}' not found, nor an installed command of that name", path),
                              "check the path of the script, or name the interpreter that has it with --python")
                : base::Error(fmt::format("script '{}' not found", path), "check the path of the script");
    }
}

}  // namespace

std::string repeatable_input(const std::string& named, const Target& target) {
    if (!named.empty()) {
        if (access(named.c_str(), R_OK) != 0)
            refuse(fmt::format("--stdin: cannot read '{}': {}", named, std::strerror(errno)), "check the path");
        return named;
    }
    struct stat facts {};
    const bool is_known = fstat(STDIN_FILENO, &facts) == 0;
    // Which may be somebody else's, opened for us.
    constexpr const char* kAnew = "/proc/self/fd/0";
    if (is_known && S_ISREG(facts.st_mode) && access(kAnew, R_OK) == 0) return kAnew;
    if (is_standard_input(target))
        refuse("a script from standard input can be run more than once only where that is a file",
               "save it to a file, as in ftscale run script.py or ftscale run - < script.py");
    int waiting = 0;
    if (is_known && S_ISFIFO(facts.st_mode) && ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0)
        base::log(base::LogLevel::Warn,
                  "standard input is a pipe: only the first run can read what is in it; --stdin FILE gives each run "
                  "the same");
    return {};
}

void check_script_paths(const Target& target, const std::vector<int>& threads) {
    if (!may_be_installed(target)) check_scripts_exist(target, threads);
}

Target find_script(const Target& target, const std::string& interpreter, const std::vector<int>& threads,
                   const launch::Variables& variables) {
    Target found = resolve_console_script(target, interpreter, variables);
    check_scripts_exist(found, threads);
    return found;
}

}  // namespace ftscale::cli

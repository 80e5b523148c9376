// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/doctor/interpreter_checks.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>

#include "launch/interpreter_search.h"
#include "recording/sampler_name.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInterpreter = "interpreter";
constexpr const char* kTrial = "trial run";
constexpr std::size_t kFewSamples = 10;  // a tenth of a second gives 100, or 25 by a timer at 250 ticks a second

std::string install_command(const Variables& variables) {
    if (find_program("uv", variables)) return "uv python install 3.14t";
    if (find_program("pyenv", variables)) return "pyenv install 3.14t";
    return "scripts/build-python  # in ftscale's source";
}

bool lists(const fs::path& list, const std::string& file) {
    std::ifstream lines(list);
    for (std::string line; std::getline(lines, line);)
        if (line == file) return true;
    return false;
}

}  // namespace

std::string image_path(const recording::Interpreter& interpreter, const Trial& trial) {
    for (const std::string& module : trial.modules)
        if (fs::path(module).filename().string().starts_with("libpython")) return module;
    return interpreter.path;
}

/// /var/lib/dpkg/info/NAME[:ARCHITECTURE].list holds the files of a package, one a line.
std::string find_owner(const std::string& file, const fs::path& root) {
    std::error_code failed;
    for (fs::directory_iterator entry(root / "var/lib/dpkg/info", failed), end; !failed && entry != end;
         entry.increment(failed)) {
        const fs::path& path = entry->path();
        const std::string name = path.stem().string();
        const bool may_own = path.extension() == ".list" && name.find("python") != std::string::npos;
        if (may_own && lists(path, file)) return name.substr(0, name.find(':'));
    }
    return {};
}

Check interpreter_found(const recording::Interpreter& interpreter) {
    return {kInterpreter,
            Status::Ok,
            fmt::format("{}: free-threaded CPython {}", interpreter.path, interpreter.version),
            {}};
}

Check interpreter_refused(const base::Error& error, const Variables& variables) {
    return {kInterpreter, Status::Missing, fmt::format("{}: nothing to profile with", error.what()),
            install_command(variables)};
}

Check probe_found(const fs::path& probe) { return {"probe", Status::Ok, probe.string() + " is there", {}}; }

Check probe_refused(const base::Error& error) {
    return {"probe", Status::Missing, fmt::format("{}: {}", error.what(), error.hint()),
            "cmake --build --preset dev --target ftscale_probe  # in ftscale's source"};
}

Check check_trial(const Trial& trial) {
    if (!trial.failure.empty()) return {kTrial, Status::Missing, trial.failure, {}};
    if (trial.refusal == format::Refusal::UnknownVersion)
        return {kTrial, Status::Missing, "the probe does not know this version of Python and records nothing", {}};
    if (trial.refusal) return {kTrial, Status::Missing, "the probe finds no free-threaded CPython there", {}};
    if (trial.sampler == format::Sampler::None)
        return {kTrial, Status::Missing, "no sampler could be started: work is not split by function", {}};
    return {kTrial,
            trial.samples < kFewSamples ? Status::Limited : Status::Ok,
            fmt::format("the probe knows this interpreter; 0.1 s of CPU time gave {} samples by {}", trial.samples,
                        recording::sampler_name(trial.sampler)),
            {}};
}

Check check_gil(const recording::Interpreter& interpreter, const Trial& trial, const Variables& variables) {
    const auto setting = variables.find("PYTHON_GIL");
    if (!trial.gil_on && !interpreter.gil_enabled) {
        const bool is_forced = setting == "0";
        return {"GIL",
                Status::Ok,
                is_forced ? "off, and PYTHON_GIL=0 keeps it off whatever is imported"
                          : "off in an idle interpreter; an extension module that needs it can still switch it on",
                {}};
    }
    if (setting)
        return {"GIL", Status::Limited, fmt::format("on, by PYTHON_GIL={}: threads cannot run in parallel", *setting),
                "unset PYTHON_GIL"};
    return {"GIL", Status::Limited, "on in an idle interpreter: threads cannot run in parallel",
            "PYTHON_GIL=0 ftscale run ..."};
}

Check check_symbols(const InterpreterImage& image, const Asker& asker) {
    constexpr const char* kSubject = "symbols";
    if (image.has_symbols) return {kSubject, Status::Ok, fmt::format("the functions of {} have names", image.path), {}};
    const std::string meaning = fmt::format(
        "{} is stripped and no debug file is installed: native functions appear as addresses, and causes that are told "
        "by them stand in work",
        image.path);
    if (image.package.empty())
        return {kSubject, Status::Limited, meaning, "scripts/build-python  # in ftscale's source"};
    const Asker here{asker.is_root, false, false, {}, asker.become_root};  // a container has packages of its own
    return {kSubject, Status::Limited, meaning,
            as_root(here, fmt::format("apt-get install {}-dbgsym", image.package)) + "  # from debian-debug"};
}

Check check_unwinding(const InterpreterImage& image) {
    if (image.has_unwind_tables)
        return {"unwinding", Status::Ok, "by .eh_frame, which is there; frame pointers are not needed", {}};
    return {"unwinding",
            Status::Limited,
            fmt::format("{} has no .eh_frame: native stacks end there; frame pointers would not help", image.path),
            {}};
}

Check check_internal_locks(const recording::Interpreter& interpreter, bool are_known) {
    constexpr const char* kSubject = "internal locks";
    if (are_known)
        return {kSubject, Status::Ok, fmt::format("those of CPython {} are known by name", interpreter.version), {}};
    return {kSubject, Status::Limited,
            fmt::format("not known for this build of CPython {}: they are named after the functions that want them",
                        interpreter.version),
            fmt::format("scripts/list-internal-locks {}  # in ftscale's source", interpreter.path)};
}

Check check_bytecode(const recording::Interpreter& interpreter, const Variables& variables) {
    constexpr const char* kSubject = "bytecode files";
    constexpr std::uint32_t kPython314 = 0x030e0000;
    if (!variables.find("PYTHONDONTWRITEBYTECODE"))
        return {
            kSubject, Status::Ok, "written, so that modules are loaded from them: their constants are not counted", {}};
    if (interpreter.version_hex >= kPython314)
        return {kSubject, Status::Ok, "not written (PYTHONDONTWRITEBYTECODE), which this version does not mind", {}};
    return {
        kSubject, Status::Limited,
        "not written (PYTHONDONTWRITEBYTECODE): before Python 3.14 the constants of modules compiled anew are counted, "
        "and threads fight over them",
        "unset PYTHONDONTWRITEBYTECODE"};
}

}  // namespace ftscale::launch

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/interpreter.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "launch/interpreter_search.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSupported = "ftscale works with free-threaded CPython 3.13, 3.14 and 3.15";
constexpr const char* kHowToGetOne =
    "get one with `uv python install 3.14t`, `pyenv install 3.14t` or scripts/build-python, or name one with --python";
constexpr const char* kAnswerMark = "ftscale-interpreter:";

// -I keeps the user's own modules and PYTHON* variables from answering in its stead. The mark finds the answer among
// whatever a sitecustomize prints.
constexpr const char* kQuestion = R"(
import json, sys, sysconfig
print("ftscale-interpreter:" + json.dumps({
    "path": sys.executable,
    "version": "%d.%d.%d" % sys.version_info[:3] + {"alpha": "a", "beta": "b", "candidate": "rc"}.get(sys.version_info[3], "")
               + (str(sys.version_info[4]) if sys.version_info[3] != "final" else ""),
    "version_hex": sys.hexversion,
    "build": " ".join(sys.version.split()),
    "implementation": sys.implementation.name,
    "free_threaded": sysconfig.get_config_var("Py_GIL_DISABLED") == 1,
    "gil_enabled": getattr(sys, "_is_gil_enabled", lambda: True)(),
}))
)";

std::string how_it_ended(const CapturedCommand& answer) {
    if (answer.timed_out) return fmt::format("it did not answer within {} s", kAnswerTimeout.count());
    if (WIFSIGNALED(answer.status)) return fmt::format("signal {} ended it", WTERMSIG(answer.status));
    return fmt::format("it exited with status {} and no answer", WEXITSTATUS(answer.status));
}

[[noreturn]] void refuse(const std::string& message) {
    throw base::Error(message, fmt::format("{}; {}", kSupported, kHowToGetOne));
}

recording::Interpreter parse_answer(const std::string& path, const CapturedCommand& answer) {
    const std::size_t mark = answer.output.find(kAnswerMark);
    if (mark == std::string::npos) {
        refuse(fmt::format("'{}' is not a Python interpreter: {}", path, how_it_ended(answer)));
    }
    const std::size_t begin = mark + std::strlen(kAnswerMark);
    const std::string text = answer.output.substr(begin, answer.output.find('\n', begin) - begin);
    try {
        const auto json = nlohmann::json::parse(text);
        recording::Interpreter interpreter;
        interpreter.path = json.at("path").is_string() ? json.at("path").get<std::string>() : std::string();
        interpreter.version = json.at("version");
        interpreter.version_hex = json.at("version_hex");
        interpreter.build = json.at("build");
        interpreter.implementation = json.at("implementation");
        interpreter.free_threaded = json.at("free_threaded");
        interpreter.gil_enabled = json.at("gil_enabled");
        return interpreter;
    } catch (const nlohmann::json::exception&) {
        refuse(fmt::format("'{}' is not a Python interpreter: it answered '{}'", path, text));
    }
}

bool is_supported(std::uint32_t version_hex) {
    const std::uint32_t version = version_hex >> 16;
    return version >= 0x030d && version <= 0x030f;
}

std::string named(const std::string& source, const std::string& name) {
    return source.empty() ? fmt::format("'{}'", name) : fmt::format("{}: '{}'", source, name);
}

recording::Interpreter interrogate_named(const std::string& source, const std::string& name,
                                         const Variables& variables) {
    const auto path = find_program(name, variables);
    if (!path) {
        std::error_code ignored;
        const bool is_folder = name.find('/') != std::string::npos && fs::is_directory(name, ignored);
        refuse(
            fmt::format("{} {}", named(source, name), is_folder ? "is a directory, not an interpreter" : "not found"));
    }
    return interrogate(path->string());
}

recording::Interpreter choose_found(const Variables& variables) {
    std::string last_refusal;
    for (const fs::path& path : find_interpreters(variables)) {
        try {
            return interrogate(path.string());
        } catch (const base::Error& error) {
            last_refusal = error.what();
        }
    }
    const std::string detail = last_refusal.empty() ? "" : " (" + last_refusal + ")";
    refuse("no free-threaded Python found on PATH or among the installs of uv and pyenv" + detail);
}

}  // namespace

recording::Interpreter judge_answer(const std::string& path, const CapturedCommand& answer) {
    if (answer.start_error != 0)
        refuse(fmt::format("'{}' cannot be executed: {}", path, std::strerror(answer.start_error)));
    recording::Interpreter interpreter = parse_answer(path, answer);
    if (interpreter.implementation != "cpython") {
        refuse(fmt::format("'{}' is {} {}, not CPython", path, interpreter.implementation, interpreter.version));
    }
    if (!interpreter.free_threaded) {
        refuse(
            fmt::format("'{}' is not free-threaded: Python {} of this build has the GIL", path, interpreter.version));
    }
    if (!is_supported(interpreter.version_hex)) {
        refuse(fmt::format("'{}' is Python {}, which is not supported", path, interpreter.version));
    }
    // Embedded or oddly moved interpreters do not know their own name.
    if (interpreter.path.empty()) interpreter.path = path;
    return interpreter;
}

recording::Interpreter interrogate(const std::string& path) {
    return judge_answer(path, capture_output({path, "-I", "-c", kQuestion}, kAnswerTimeout));
}

recording::Interpreter choose_interpreter(const std::optional<std::string>& asked_for, const Variables& variables) {
    if (asked_for) return interrogate_named("--python", *asked_for, variables);
    if (const auto name = variables.find("FTSCALE_PYTHON"))
        return interrogate_named("FTSCALE_PYTHON", *name, variables);
    return choose_found(variables);
}

}  // namespace ftscale::launch

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/console_script.h"

#include <fstream>

#include "launch/interpreter_search.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

/// "#!/venv/bin/python3", or, where that path is too long for the kernel, a shell's line that executes it.
bool is_for_python(const fs::path& path) {
    std::ifstream file(path);
    std::string first, second;
    std::getline(file, first);
    std::getline(file, second);
    if (!first.starts_with("#!")) return false;
    return first.find("python") != std::string::npos || second.find("python") != std::string::npos;
}

}  // namespace

std::optional<fs::path> find_console_script(const std::string& name, const std::string& interpreter,
                                            const Variables& variables) {
    if (name.empty() || name.find('/') != std::string::npos) return std::nullopt;
    // Not the file that the interpreter's path leads to: a virtual environment's is a link to it.
    const fs::path beside = fs::path(interpreter).parent_path() / name;
    if (is_executable_file(beside) && is_for_python(beside)) return beside;
    const std::optional<fs::path> on_path = find_program(name, variables);
    return on_path && is_for_python(*on_path) ? on_path : std::nullopt;
}

}  // namespace ftscale::launch

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/output_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "base/error.h"

namespace ftscale::cli {
namespace {

bool is_standard_output(const std::string& path) { return path.empty() || path == "-"; }

}  // namespace

void write_output(const std::string& path, const Write& write) {
    if (is_standard_output(path)) return write(std::cout);
    std::ofstream file(path, std::ios::binary);
    if (file) write(file);
    file.close();
    if (!file)
        throw base::Error(fmt::format("cannot write '{}': {}", path, std::strerror(errno)),
                          "name another file with -o");
}

bool goes_to_terminal(const std::string& path) { return is_standard_output(path) && isatty(STDOUT_FILENO) != 0; }

void refuse_terminal(const std::string& path, const std::string& what) {
    if (goes_to_terminal(path))
        throw base::Error(fmt::format("{} is not for a terminal", what), "name a file with -o", base::ExitCode::Usage);
}

}  // namespace ftscale::cli

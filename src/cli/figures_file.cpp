// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/figures_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "cli/show_report.h"

namespace ftscale::cli {

std::string read_file(const std::string& path, const std::string& hint) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    if (!file) throw base::Error(fmt::format("cannot read '{}': {}", path, std::strerror(errno)), hint);
    return std::move(text).str();
}

compare::Figures load_figures(const std::string& recording, const ReadingOptions& options) {
    const auto [all, fastest] = load_with_fastest(recording, options);
    return compare::make_figures(all, fastest);
}

compare::Figures load_baseline(const std::string& path) {
    return compare::parse_figures(read_file(path, "make one with: ftscale baseline RECORDING -o FILE"));
}

compare::Figures load_either(const std::string& path, const ReadingOptions& options) {
    std::ifstream file(path, std::ios::binary);
    return file.get() == '{' ? load_baseline(path) : load_figures(path, options);
}

}  // namespace ftscale::cli

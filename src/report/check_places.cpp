// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/check_places.h"

#include <fmt/format.h>

#include <cctype>
#include <cstring>

namespace ftscale::report {

std::optional<RepositoryLine> line_in_repository(const compare::SourceLine& line, const std::string& root) {
    const std::string folder = !root.empty() && root.back() == '/' ? root : root + "/";
    if (line.line < 1 || root.empty() || line.file.rfind(folder, 0) != 0) return std::nullopt;
    return RepositoryLine{line.file.substr(folder.size()), line.line};
}

std::optional<RepositoryLine> line_of_outcome(const compare::CheckResult& result, const compare::Outcome& outcome,
                                              const std::string& root) {
    if (const auto own = line_in_repository(outcome.line, root)) return own;
    for (const compare::Growth& growth : result.grown)
        if (const auto line = line_in_repository(growth.now.line, root)) return line;
    return std::nullopt;
}

std::string uri_text(const std::string& path) {
    std::string text;
    for (const char character : path) {
        const auto byte = static_cast<unsigned char>(character);
        const bool is_plain = byte < 0x80 && (std::isalnum(byte) != 0 || std::strchr("-._~/", byte) != nullptr);
        text += is_plain ? std::string(1, character) : fmt::format("%{:02X}", byte);
    }
    return text;
}

}  // namespace ftscale::report

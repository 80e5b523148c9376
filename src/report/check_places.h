// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Where in a repository a check's outcome belongs.
#pragma once

#include <optional>
#include <string>

#include "compare/check.h"

namespace ftscale::report {

/// A line of a file of the repository.
struct RepositoryLine {
    std::string file;  // below the repository's folder
    int line = 1;
};

/// Absent for files outside of the repository, and where the line is not known.
std::optional<RepositoryLine> line_in_repository(const compare::SourceLine& line, const std::string& root);

/// Where the outcome's loss grew most: of a rule about a function, lock or object its own line, else the first line of
/// what grew. Absent where there is none in the repository.
std::optional<RepositoryLine> line_of_outcome(const compare::CheckResult& result, const compare::Outcome& outcome,
                                              const std::string& root);

/// A path as a relative URI reference (RFC 3986): what is reserved is percent-encoded, byte by byte.
std::string uri_text(const std::string& path);

}  // namespace ftscale::report

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace ftscale::exports {

/// A gzip file of these bytes: without a name and a time, so that equal bytes give equal files.
std::string gzip(const std::string& bytes);

}  // namespace ftscale::exports

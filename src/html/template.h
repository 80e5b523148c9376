// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ftscale::html {

/// What browser/ is built into, part of this program; empty where it could not be built.
std::string_view page_template();

}  // namespace ftscale::html

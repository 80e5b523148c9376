// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// CPython's location table (co_linetable since 3.11): which source line an instruction belongs to.
#pragma once

#include <cstdint>
#include <string_view>

namespace ftscale::symbols {

/// Line of the instruction at this byte offset of the code; `first_line` is co_firstlineno. 0 where the table gives no
/// location, ends before the offset or is damaged.
int line_of(std::string_view linetable, int first_line, std::uint32_t byte_offset);

}  // namespace ftscale::symbols

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Text of any kind in GitHub Flavored Markdown (https://github.github.com/gfm/), so that it shows as it is.
#pragma once

#include <string>

namespace ftscale::report {

/// On one line, as plain text: no emphasis, HTML, table cell, mention or issue reference begins or ends in it. Cut in
/// the middle where it is longer than `longest` characters.
std::string markdown_text(const std::string& text, int longest = 600);

/// On one line, as code; cut likewise.
std::string markdown_code(const std::string& text, int longest = 120);
/// The same for the cell of a table, which a bar would end in code, too.
std::string markdown_code_cell(const std::string& text, int longest = 120);

/// Lines as a block of code.
std::string markdown_block(const std::string& text);

}  // namespace ftscale::report

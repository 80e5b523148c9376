// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Text as a terminal shows it: columns, not bytes. Names come from scripts and may hold anything: control characters
// and broken UTF-8 become '?', so that a function's name cannot move the cursor or colour the screen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ftscale::report {

/// Columns the text takes; wide characters take two, combining ones none.
int display_width(std::string_view text);

/// The text with everything a terminal could misunderstand replaced.
std::string printable(std::string_view text);

/// What a runner of GitHub takes for a command in a job's log is none any more: "::" at the line's begin, and "##["
/// anywhere.
std::string without_commands(std::string line);

/// At most `columns` wide: what is too much is taken out of the middle, where `mark` stands instead. Names differ at
/// their ends.
std::string elide_middle(std::string_view text, int columns, std::string_view mark);

std::string pad_right(std::string text, int columns);
std::string pad_left(const std::string& text, int columns);

/// Lines of at most `columns`, broken at blanks; a word longer than that is broken anywhere. At least one line.
std::vector<std::string> wrap(std::string_view text, int columns);

}  // namespace ftscale::report

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/markdown_text.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "report/text_width.h"

namespace ftscale::report {
namespace {

// GitHub looks for mentions and references in what has been rendered, where a backslash is gone: only a character that
// takes no room, in between, keeps "@name" and "#12" from being one.
constexpr std::string_view kWordJoiner = "\u2060";
constexpr std::string_view kSpecial = "\\`*_{}[]<>#|~$&!";

bool is_alphanumeric(char character) { return std::isalnum(static_cast<unsigned char>(character)) != 0; }

/// Where a line would begin with a list or a heading: the position of what must be escaped; else npos.
std::size_t list_marker(const std::string& text) {
    if (text.empty()) return std::string::npos;
    if (text[0] == '-' || text[0] == '+' || text[0] == '=') return 0;
    std::size_t at = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    const bool is_numbered = at > 0 && at + 1 < text.size() && (text[at] == '.' || text[at] == ')');
    return is_numbered && text[at + 1] == ' ' ? at : std::string::npos;
}

std::size_t longest_run(const std::string& text, char character) {
    std::size_t longest = 0, run = 0;
    for (const char here : text) {
        run = here == character ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

std::string one_line(const std::string& text, int longest) { return elide_middle(printable(text), longest, "…"); }

}  // namespace

std::string markdown_text(const std::string& text, int longest) {
    const std::string line = one_line(text, longest);
    const std::size_t marker = list_marker(line);
    std::string result;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (i == marker || kSpecial.find(line[i]) != std::string_view::npos) result += '\\';
        result += line[i];
        const bool refers = line[i] == '@' || line[i] == '#';
        if (refers && i + 1 < line.size() && is_alphanumeric(line[i + 1])) result += kWordJoiner;
    }
    return result;
}

std::string markdown_code(const std::string& text, int longest) {
    const std::string line = one_line(text, longest);
    if (line.empty()) return {};
    const std::string fence(longest_run(line, '`') + 1, '`');
    // A blank at both ends is taken away again where there is one; it parts backticks from the fence.
    const bool needs_blanks = line.front() == '`' || line.back() == '`' || (line.front() == ' ' && line.back() == ' ');
    const std::string blank = needs_blanks ? " " : "";
    return fence + blank + line + blank + fence;
}

std::string markdown_code_cell(const std::string& text, int longest) {
    std::string result;
    for (const char character : markdown_code(text, longest)) {
        if (character == '|') result += '\\';
        result += character;
    }
    return result;
}

std::string markdown_block(const std::string& text) {
    const std::string fence(std::max<std::size_t>(3, longest_run(text, '`') + 1), '`');
    return fence + "text\n" + text + (text.ends_with('\n') ? "" : "\n") + fence + "\n";
}

}  // namespace ftscale::report

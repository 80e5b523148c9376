// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/text_width.h"

#include <wchar.h>

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <utility>

#include "base/characters.h"

namespace ftscale::report {
namespace {

/// glibc's width tables belong to a locale. C.UTF-8 is part of every Debian's libc; without it (newlocale fails) what
/// is not ASCII becomes '?'. Only the calling thread's locale is changed, and only while this object lives.
class Utf8Locale {
  public:
    Utf8Locale() : previous_(utf8() != nullptr ? uselocale(utf8()) : nullptr) {}
    ~Utf8Locale() {
        if (previous_ != nullptr) uselocale(previous_);
    }
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;

  private:
    static locale_t utf8() {
        static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
        return locale;
    }
    locale_t previous_;
};

struct Character {
    std::string_view bytes;
    int columns = 1;
};

std::vector<Character> characters_of(std::string_view text) {
    const Utf8Locale in_utf8;
    std::vector<Character> characters;
    std::mbstate_t state{};
    for (std::size_t i = 0; i < text.size();) {
        wchar_t character = 0;
        std::size_t length = std::mbrtowc(&character, text.data() + i, text.size() - i, &state);
        const bool is_broken =
            length == static_cast<std::size_t>(-1) || length == static_cast<std::size_t>(-2) || length == 0;
        const int columns = is_broken || base::is_deceptive(static_cast<char32_t>(character)) ? -1 : wcwidth(character);
        if (is_broken) {
            length = 1;
            state = {};
        }
        characters.push_back(columns < 0 ? Character{"?", 1} : Character{text.substr(i, length), columns});
        i += length;
    }
    return characters;
}

int width_of(const std::vector<Character>& characters) {
    int columns = 0;
    for (const Character& character : characters) columns += character.columns;
    return columns;
}

/// As many bytes of the word's beginning as fit, one character at least.
std::size_t fitting_bytes(std::string_view word, int columns) {
    std::size_t bytes = 0;
    int used = 0;
    for (const Character& character : characters_of(word)) {
        if (used + character.columns > columns && bytes > 0) break;
        used += character.columns;
        bytes += character.bytes.size();
    }
    return bytes;
}

}  // namespace

int display_width(std::string_view text) { return width_of(characters_of(text)); }

std::string printable(std::string_view text) {
    std::string result;
    for (const Character& character : characters_of(text)) result += character.bytes;
    return without_commands(std::move(result));
}

std::string without_commands(std::string line) {
    const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
    if (line.compare(begin, 2, "::") == 0) line[begin] = '?';
    for (std::size_t at = line.find("##["); at != std::string::npos; at = line.find("##[", at)) line[at + 2] = '?';
    return line;
}

std::string elide_middle(std::string_view text, int columns, std::string_view mark) {
    const std::vector<Character> characters = characters_of(text);
    if (width_of(characters) <= columns) return printable(text);
    const int room = std::max(0, columns - display_width(mark));
    std::string head, tail;
    int used = 0;
    for (auto c = characters.begin(); c != characters.end() && used + c->columns <= room / 2; ++c) {
        head += c->bytes;
        used += c->columns;
    }
    for (auto c = characters.rbegin(); c != characters.rend() && used + c->columns <= room; ++c) {
        tail.insert(0, c->bytes);
        used += c->columns;
    }
    return columns <= 0 ? std::string() : head + std::string(mark) + tail;
}

std::string pad_right(std::string text, int columns) {
    const int missing = columns - display_width(text);
    if (missing > 0) text.append(static_cast<std::size_t>(missing), ' ');
    return text;
}

std::string pad_left(const std::string& text, int columns) {
    const int missing = columns - display_width(text);
    return missing > 0 ? std::string(static_cast<std::size_t>(missing), ' ') + text : text;
}

std::vector<std::string> wrap(std::string_view text, int columns) {
    const std::string clean = printable(text);
    std::string_view rest = clean;
    std::vector<std::string> lines(1);
    while (!rest.empty()) {
        const std::size_t begin = rest.find_first_not_of(' ');
        if (begin == std::string_view::npos) break;
        rest.remove_prefix(begin);
        std::string_view word = rest.substr(0, rest.find(' '));
        const std::string& line = lines.back();
        const int used = line.empty() ? 0 : display_width(line) + 1;
        if (!line.empty() && used + display_width(word) > columns) {
            lines.emplace_back();
            continue;
        }
        word = word.substr(0, fitting_bytes(word, columns));
        if (!line.empty()) lines.back() += ' ';
        lines.back() += word;
        rest.remove_prefix(word.size());
        if (!rest.empty() && rest.front() != ' ') lines.emplace_back();
    }
    return lines;
}

}  // namespace ftscale::report

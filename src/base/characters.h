// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

namespace ftscale::base {

/// Characters of names that a terminal would act on or that change how others are shown, without being seen: controls
/// (U+009B begins an escape sequence as ESC [ does), directional overrides, joiners, line separators, tags. Not
/// accents.
constexpr bool is_deceptive(char32_t c) {
    const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
    return c < 0x20 || within(0x7f, 0x9f) || c == 0xad || c == 0x61c || c == 0x180e || within(0x200b, 0x200f) ||
           within(0x2028, 0x202e) || within(0x2060, 0x206f) || c == 0xfeff || within(0xfff9, 0xfffb) ||
           within(0xe0000, 0xe007f);
}

}  // namespace ftscale::base

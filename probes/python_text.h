// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// CPython's str objects, read without its API. Safe in a signal handler.
#pragma once

#include <cstddef>

namespace ftscale::probe {

struct TextShape {
    unsigned kind = 1;            // bytes per character: 1, 2, 4
    std::size_t length = 0;       // characters
    std::size_t data_offset = 0;  // of the characters in the object
};

/// `header`: the object's first g_layout.text_data bytes.
TextShape text_shape(const std::byte* header);

/// The characters as UTF-8; returns the number of bytes. With `out` null only counts.
std::size_t utf8_of(const std::byte* characters, unsigned kind, std::size_t length, std::byte* out);

/// Whether bytes are UTF-8 that people could have written as a name: no control characters, nothing cut off.
bool can_be_name(const char* text, std::size_t bytes);

}  // namespace ftscale::probe

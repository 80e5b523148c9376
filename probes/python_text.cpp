// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "python_text.h"

#include <cstdint>
#include <cstring>

#include "globals.h"
#include "object_field.h"

namespace ftscale::probe {
namespace {

std::uint32_t character(const std::byte* characters, unsigned kind, std::size_t index) {
    const auto at = reinterpret_cast<std::uintptr_t>(characters);
    switch (kind) {
        case 1:
            return field<std::uint8_t>(at, index);
        case 2:
            return field<std::uint16_t>(at, 2 * index);
        default:
            return field<std::uint32_t>(at, 4 * index);
    }
}

}  // namespace

TextShape text_shape(const std::byte* header) {
    const auto at = reinterpret_cast<std::uintptr_t>(header);
    const auto state = field<std::uint32_t>(at, g_layout.text_state) >> g_layout.text_kind_shift;
    const unsigned kind = state & 7;
    const bool ascii = (state >> 4 & 1) != 0;
    return {kind == 1 || kind == 2 ? kind : 4, static_cast<std::size_t>(field<std::int64_t>(at, g_layout.text_length)),
            ascii ? g_layout.text_ascii_data : g_layout.text_data};
}

std::size_t utf8_of(const std::byte* characters, unsigned kind, std::size_t length, std::byte* out) {
    std::size_t bytes = 0;
    const auto put = [&](std::uint32_t byte) {
        if (out != nullptr) out[bytes] = static_cast<std::byte>(byte);
        ++bytes;
    };
    for (std::size_t i = 0; i < length; ++i) {
        const std::uint32_t c = character(characters, kind, i);
        if (c < 0x80) {
            put(c);
        } else if (c < 0x800) {
            put(0xc0 | c >> 6), put(0x80 | (c & 0x3f));
        } else if (c < 0x10000) {
            put(0xe0 | c >> 12), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
        } else {
            put(0xf0 | c >> 18), put(0x80 | (c >> 12 & 0x3f)), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
        }
    }
    return bytes;
}

bool can_be_name(const char* text, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes;) {
        const auto lead = static_cast<std::uint8_t>(text[i++]);
        if (lead < 0x20 || lead == 0x7f) return false;
        if (lead < 0x80) continue;
        const std::size_t more = lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : 3;
        if (lead < 0xc2 || lead > 0xf4 || bytes - i < more) return false;
        for (std::size_t end = i + more; i < end; ++i)
            if ((static_cast<std::uint8_t>(text[i]) & 0xc0) != 0x80) return false;
    }
    return bytes != 0;
}

}  // namespace ftscale::probe

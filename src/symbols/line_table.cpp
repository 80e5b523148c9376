// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Layout, after CPython's Objects/locations.md (3.11 to 3.15 alike):
//
//     table := entry*
//     entry := head payload*          head: bit 7 set, bits 6..3 kind, bits 2..0 length - 1 in code units of two bytes;
//                                     payload bytes have bit 7 clear, so the next head is found without knowing the
//                                     kind
//     kind 0..9    short: same line, columns follow
//     kind 10..12  one line: line += kind - 10, columns follow
//     kind 13      line += signed varint; no columns
//     kind 14      line += signed varint; end line and columns follow
//     kind 15      no location; the line is kept for the next entry
//     varint       6 bits a byte, least significant first, bit 6: more to come; signed: bit 0 is the sign
#include "symbols/line_table.h"

#include <limits>

namespace ftscale::symbols {

namespace {

constexpr unsigned kOneLineFirst = 10, kOneLineLast = 12, kNoColumns = 13, kLong = 14, kNone = 15;
constexpr unsigned kBytesPerCodeUnit = 2;

bool is_head(char byte) { return (static_cast<unsigned char>(byte) & 0x80) != 0; }

/// 0 where the bytes end early. Longer than a line number can be: damaged; the excess is ignored.
std::int64_t parse_signed_varint(std::string_view payload) {
    constexpr unsigned kMaxBits = 36;
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (char c : payload) {
        auto byte = static_cast<unsigned char>(c);
        if (shift < kMaxBits) value |= static_cast<std::uint64_t>(byte & 0x3f) << shift;
        shift += 6;
        if ((byte & 0x40) == 0) {
            auto magnitude = static_cast<std::int64_t>(value >> 1);
            return (value & 1) != 0 ? -magnitude : magnitude;
        }
    }
    return 0;
}

std::int64_t line_delta(unsigned kind, std::string_view payload) {
    if (kind >= kOneLineFirst && kind <= kOneLineLast) return kind - kOneLineFirst;
    if (kind == kNoColumns || kind == kLong) return parse_signed_varint(payload);
    return 0;
}

int as_line(std::int64_t line) {
    return line > 0 && line <= std::numeric_limits<int>::max() ? static_cast<int>(line) : 0;
}

}  // namespace

int line_of(std::string_view linetable, int first_line, std::uint32_t byte_offset) {
    std::int64_t line = first_line;
    std::uint64_t entry_end = 0;
    while (!linetable.empty()) {
        auto head = static_cast<unsigned char>(linetable.front());
        std::size_t entry_bytes = 1;
        while (entry_bytes < linetable.size() && !is_head(linetable[entry_bytes])) ++entry_bytes;
        unsigned kind = (head >> 3) & 0xf;
        line += line_delta(kind, linetable.substr(1, entry_bytes - 1));
        entry_end += std::uint64_t{kBytesPerCodeUnit} * ((head & 7) + 1);
        if (byte_offset < entry_end) return kind == kNone ? 0 : as_line(line);
        linetable.remove_prefix(entry_bytes);
    }
    return 0;
}

}  // namespace ftscale::symbols

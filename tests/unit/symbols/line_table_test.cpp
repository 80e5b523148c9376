// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "symbols/line_table.h"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"

using ftscale::symbols::line_of;

namespace {

std::string table(const std::vector<int>& bytes) { return {bytes.begin(), bytes.end()}; }

int head(int kind, int code_units) { return 0x80 | kind << 3 | (code_units - 1); }

/// In memory of exactly its size, so that the address sanitizer sees every read outside.
int line_in_exact_memory(const std::string& bytes, int first_line, std::uint32_t offset) {
    auto copy = std::make_unique<char[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.get());
    return line_of({copy.get(), bytes.size()}, first_line, offset);
}

}  // namespace

TEST_CASE("each kind of entry moves the line as CPython's does") {
    std::string bytes = table({
        head(0, 2),  0x11,                 // offsets 0..3: line 10
        head(11, 1), 5,    9,              // 4..5: line 11
        head(12, 8), 5,    9,              // 6..21: line 13
        head(13, 1), 0x05,                 // 22..23: minus 2: line 11
        head(14, 1), 0x42, 0x05, 0, 1, 1,  // 24..25: 0x42 0x05 = 2 + (5 << 6) = 322, plus 161: line 172
        head(15, 1),                       // 26..27: none
        head(9, 1),  0x7f,                 // 28..29: line 172 again
    });
    auto line = [&](std::uint32_t offset) { return line_in_exact_memory(bytes, 10, offset); };
    CHECK(line(0) == 10);
    CHECK(line(3) == 10);
    CHECK(line(4) == 11);
    CHECK(line(6) == 13);
    CHECK(line(21) == 13);
    CHECK(line(22) == 11);
    CHECK(line(24) == 172);
    CHECK(line(26) == 0);
    CHECK(line(28) == 172);
    CHECK(line(30) == 0);
    CHECK(line(0xffffffff) == 0);
}

TEST_CASE("no table, no line") {
    CHECK(line_of({}, 10, 0) == 0);
    CHECK(line_of(table({head(0, 1)}), 0, 0) == 0);
    CHECK(line_of(table({head(0, 1)}), -5, 0) == 0);
}

TEST_CASE("a damaged table gives some line or none, and is read within its bounds") {
    std::mt19937 random(11);
    std::uniform_int_distribution<int> byte(0, 255), size(0, 40), first(-3, 1 << 30);
    for (int trial = 0; trial < 20000; ++trial) {
        std::string bytes;
        for (int n = size(random); n > 0; --n) bytes += static_cast<char>(byte(random));
        for (std::uint32_t offset : {0u, 2u, 17u, 100u, 0xffffffffu}) {
            CHECK(line_in_exact_memory(bytes, first(random), offset) >= 0);
        }
    }
    SECTION("a number that never ends") {
        CHECK(line_of(std::string(1, '\xe8') + std::string(100000, '\x7f'), 7, 0) >= 0);
    }
    SECTION("a sum that would overflow") {
        std::string bytes;
        for (int i = 0; i < 1000; ++i) bytes += table({head(13, 1), 0x7e, 0x7f, 0x7f, 0x7f, 0x7f, 0x3f});
        CHECK(line_of(bytes, 2147483647, 1999) == 0);
    }
}

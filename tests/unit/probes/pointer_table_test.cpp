// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "pointer_table.h"

#include <memory>

#include "support/catch.h"

using ftscale::probe::PointerTable;

TEST_CASE("a pointer table finds what was put in and nothing else") {
    auto table = std::make_unique<PointerTable<64>>();
    for (std::uint32_t i = 1; i <= 40; ++i) table->insert(0x1000 + 16 * i, i);
    for (std::uint32_t i = 1; i <= 40; ++i) CHECK(table->find(0x1000 + 16 * i) == i);
    CHECK(table->find(0x9990) == 0);
}

TEST_CASE("a pointer table takes a new number for an address it has") {
    auto table = std::make_unique<PointerTable<64>>();
    table->insert(0x40, 1);
    table->insert(0x40, 2);
    CHECK(table->find(0x40) == 2);
}

TEST_CASE("a full pointer table forgets rather than fails") {
    auto table = std::make_unique<PointerTable<64>>();
    for (std::uint32_t i = 1; i <= 1000; ++i) {
        table->insert(16 * i, i);
        REQUIRE(table->find(16 * i) == i);
    }
    CHECK(table->find(16) == 0);
}

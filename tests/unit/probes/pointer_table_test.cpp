// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "pointer_table.h"

#include <map>
#include <memory>
#include <random>

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

TEST_CASE("a pointer table forgets one address and keeps the others") {
    auto table = std::make_unique<PointerTable<64>>();
    for (std::uint32_t i = 1; i <= 48; ++i) table->insert(16 * i, i);
    for (std::uint32_t i = 1; i <= 48; i += 2) table->erase(16 * i);
    for (std::uint32_t i = 1; i <= 48; ++i) CHECK(table->find(16 * i) == (i % 2 == 0 ? i : 0));
    table->erase(0x7770);
    table->erase(0);
    table->insert(16, 99);
    CHECK(table->find(16) == 99);
    CHECK(table->find(32) == 2);
}

TEST_CASE("what a pointer table says agrees with a map, whatever is put in and taken out") {
    auto table = std::make_unique<PointerTable<256, 1>>();
    std::map<std::uintptr_t, std::uint32_t> truth;
    std::minstd_rand random(1);
    for (std::uint32_t i = 1; i <= 20000; ++i) {
        const std::uintptr_t address = 16 * (1 + random() % 180);
        if (random() % 3 == 0) {
            table->erase(address);
            truth.erase(address);
        } else {
            table->insert(address, i);
            truth[address] = i;
        }
        const std::uintptr_t asked = 16 * (1 + random() % 180);
        REQUIRE(table->find(asked) == (truth.count(asked) != 0 ? truth[asked] : 0));
    }
}

TEST_CASE("a pointer table that moves on to more room keeps what it has") {
    auto table = std::make_unique<PointerTable<1024, 2>>();
    for (std::uint32_t i = 1; i <= 700; ++i) table->insert(16 * i, i);
    for (std::uint32_t i = 1; i <= 700; ++i) REQUIRE(table->find(16 * i) == i);
}

TEST_CASE("a full pointer table gives up one address for a new one") {
    auto table = std::make_unique<PointerTable<64>>();
    for (std::uint32_t i = 1; i <= 200; ++i) table->insert(16 * i, i);
    std::uint32_t kept = 0;
    for (std::uint32_t i = 1; i <= 200; ++i) kept += table->find(16 * i) == i;
    CHECK(kept == 48);
}

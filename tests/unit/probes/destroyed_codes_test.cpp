// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "destroyed_codes.h"

#include <memory>

#include "support/catch.h"

using namespace ftscale::probe;

TEST_CASE("codes that were never named are told from those that were") {
    auto named = std::make_unique<NamedCodes>();
    CHECK_FALSE(named->take_out(0x1000));
    named->add(0x1000);
    named->add(0x1000);
    CHECK(named->take_out(0x1000));
    CHECK_FALSE(named->take_out(0x1000));
}

TEST_CASE("a named code is never lost, however many there are") {
    auto named = std::make_unique<NamedCodes>();
    constexpr std::uintptr_t kMany = 30000;  // more than there are slots
    for (std::uintptr_t i = 1; i <= kMany; ++i) named->add(16 * i);
    for (std::uintptr_t i = kMany + 1; i <= 2 * kMany; ++i) named->take_out(16 * i);
    for (std::uintptr_t i = 1; i <= kMany; ++i) REQUIRE(named->take_out(16 * i));
}

TEST_CASE("destroyed codes are kept in order, the oldest give way") {
    auto codes = std::make_unique<DestroyedCodes>();
    CHECK(codes->count() == 0);
    CHECK(codes->at(0) == 0);
    constexpr std::uintptr_t kHigh = 0x7f0000000000;
    for (std::uint32_t i = 0; i < DestroyedCodes::kKept + 10; ++i) codes->add(kHigh + 16 * i);
    CHECK(codes->count() == DestroyedCodes::kKept + 10);
    CHECK(codes->at(9) == 0);
    for (std::uint32_t i = 10; i < DestroyedCodes::kKept + 10; ++i) REQUIRE(codes->at(i) == kHigh + 16 * i);
    CHECK(codes->at(DestroyedCodes::kKept + 10) == 0);
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A fuzz target is a program that must survive any input: no crash, no sanitizer's report, no exception but
// base::Error, no end without an end. libFuzzer calls it (preset `fuzz`), or replay_main.cpp does, with what was found
// before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace ftscale::fuzz {

/// What is wrong although nothing crashed.
inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

/// A number that depends on each byte of the input, to choose by.
inline std::size_t sum_of(std::span<const std::uint8_t> bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), bytes.size());
}

}  // namespace ftscale::fuzz

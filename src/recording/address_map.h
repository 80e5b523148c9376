// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ftscale/recording_format.h"

namespace ftscale::recording {

/// Which ELF object is mapped where in one process.
class AddressMap {
  public:
    struct Place {
        const std::string* path;  // empty: the executable
        std::uint64_t address;    // in the object's own terms
    };

    /// What was mapped in its place before is gone. False when it was known.
    bool add(const format::Module& module, std::string path);
    std::optional<Place> find(std::uint64_t address) const;

  private:
    struct Mapping {
        std::uint64_t begin, end, base;
        std::string path;
        friend bool operator==(const Mapping&, const Mapping&) = default;
    };
    std::vector<Mapping> mappings_;  // by begin; none overlaps another
};

/// Where to look a native word of a stack up: a return address belongs to the call before it.
constexpr std::uint64_t lookup_address(std::uint64_t word, bool exact) { return exact || word == 0 ? word : word - 1; }

}  // namespace ftscale::recording

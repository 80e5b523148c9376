// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/address_map.h"

#include <algorithm>

namespace ftscale::recording {

bool AddressMap::add(const format::Module& module, std::string path) {
    if (module.begin >= module.end) return false;
    Mapping added{module.begin, module.end, module.base, std::move(path)};
    const auto first =
        std::lower_bound(mappings_.begin(), mappings_.end(), added.begin,
                         [](const Mapping& mapping, std::uint64_t begin) { return mapping.end <= begin; });
    const auto last = std::lower_bound(first, mappings_.end(), added.end,
                                       [](const Mapping& mapping, std::uint64_t end) { return mapping.begin < end; });
    if (last - first == 1 && *first == added) return false;
    mappings_.insert(mappings_.erase(first, last), std::move(added));
    return true;
}

std::optional<AddressMap::Place> AddressMap::find(std::uint64_t address) const {
    const auto after =
        std::upper_bound(mappings_.begin(), mappings_.end(), address,
                         [](std::uint64_t value, const Mapping& mapping) { return value < mapping.begin; });
    if (after == mappings_.begin() || address >= std::prev(after)->end) return std::nullopt;
    const Mapping& mapping = *std::prev(after);
    return Place{&mapping.path, address - mapping.base};
}

}  // namespace ftscale::recording

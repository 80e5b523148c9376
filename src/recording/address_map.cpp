// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/address_map.h"

#include <algorithm>

namespace ftscale::recording {

bool AddressMap::add(const format::Module& module, std::string path) {
    const auto place = std::lower_bound(mappings_.begin(), mappings_.end(), module.begin, [](const Mapping& mapping, std::uint64_t begin) { return mapping.begin < begin; });
    if (place != mappings_.end() && place->begin == module.begin) {
        if (place->path == path) return false;
        *place = {module.begin, module.end, module.base, std::move(path)};  // unloaded, and another in its place
        return true;
    }
    mappings_.insert(place, {module.begin, module.end, module.base, std::move(path)});
    return true;
}

std::optional<AddressMap::Place> AddressMap::find(std::uint64_t address) const {
    const auto after = std::upper_bound(mappings_.begin(), mappings_.end(), address, [](std::uint64_t value, const Mapping& mapping) { return value < mapping.begin; });
    if (after == mappings_.begin() || address >= std::prev(after)->end) return std::nullopt;
    const Mapping& mapping = *std::prev(after);
    return Place{&mapping.path, address - mapping.base};
}

}  // namespace ftscale::recording

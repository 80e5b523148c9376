// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/variables.h"

#include <unistd.h>

namespace ftscale::launch {

Variables Variables::of_this_process() {
    Variables variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string text = *entry;
        const std::size_t equals = text.find('=');
        if (equals != std::string::npos) variables.set(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

std::optional<std::string> Variables::find(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end() || found->second.empty()) return std::nullopt;
    return found->second;
}

std::vector<std::string> Variables::to_strings() const {
    std::vector<std::string> strings;
    strings.reserve(values_.size());
    for (const auto& [name, value] : values_) strings.push_back(name + "=" + value);
    return strings;
}

}  // namespace ftscale::launch

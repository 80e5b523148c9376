// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ftscale::launch {

/// Environment variables as a value, so that what depends on them can be tested.
class Variables {
  public:
    static Variables of(std::map<std::string, std::string> values) {
        Variables variables;
        variables.values_ = std::move(values);
        return variables;
    }
    /// Those of this process.
    static Variables of_this_process();

    /// Nothing where the variable is not set; shells cannot tell users an empty one from an unset one, so empty ones
    /// count as unset here.
    std::optional<std::string> find(const std::string& name) const;
    bool contains(const std::string& name) const { return values_.count(name) != 0; }
    void set(const std::string& name, std::string value) { values_[name] = std::move(value); }
    void remove(const std::string& name) { values_.erase(name); }
    /// "NAME=value", by name.
    std::vector<std::string> to_strings() const;

  private:
    std::map<std::string, std::string> values_;
};

}  // namespace ftscale::launch

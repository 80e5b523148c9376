// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The values that the parts of the JSON report are made of.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "analysis/analysis.h"

namespace ftscale::report {

using Json = nlohmann::ordered_json;

/// JSON knows no NaN and no infinity: they are null. -0.0 is 0.
Json number(double value);
/// Null where absent.
Json number(const std::optional<double>& value);
Json interval(const std::optional<analysis::Interval>& ends);
Json text_or_null(const std::string& text);
/// Every category: a ledger must be seen to sum.
Json all_amounts(const analysis::Amounts& amounts);
Json nonzero_amounts(const analysis::Amounts& amounts);
Json counts_json(const analysis::Counts& counts);

/// For each element what `to_json` makes of it.
template <typename Elements, typename ToJson>
Json list(const Elements& elements, ToJson to_json) {
    Json array = Json::array();
    for (const auto& element : elements) array.push_back(to_json(element));
    return array;
}

}  // namespace ftscale::report

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/json_values.h"

#include <cmath>

namespace ftscale::report {

using account::Category;

Json number(double value) { return std::isfinite(value) ? Json(value + 0.0) : Json(nullptr); }

Json number(const std::optional<double>& value) { return value ? number(*value) : Json(nullptr); }

Json interval(const std::optional<analysis::Interval>& ends) {
    return ends ? Json::array({number(ends->first), number(ends->second)}) : Json(nullptr);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json all_amounts(const analysis::Amounts& amounts) {
    Json object = Json::object();
    for (const Category category : account::kAllCategories)
        object[account::category_name(category)] = number(amounts[category]);
    return object;
}

Json nonzero_amounts(const analysis::Amounts& amounts) {
    Json object = Json::object();
    for (const Category category : account::kAllCategories)
        if (amounts[category] != 0) object[account::category_name(category)] = number(amounts[category]);
    return object;
}

Json counts_json(const analysis::Counts& counts) {
    Json object = Json::object();
    for (const auto& [name, count] : counts) object[name] = number(count);
    return object;
}

}  // namespace ftscale::report

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Two baselines and a rules file, with a zero between each and the next: a check, and all that is written of it.
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "base/error.h"
#include "compare/check.h"
#include "compare/difference.h"
#include "fuzz/target.h"
#include "report/check_report.h"
#include "report/comparison.h"

using namespace ftscale;

namespace {

std::string take(std::string_view& rest) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    std::string part(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

template <typename Parse>
auto parsed(const Parse& parse) -> std::optional<decltype(parse())> {
    try {
        return parse();
    } catch (const base::Error&) {
        return std::nullopt;
    }
}

void write_all(const compare::CheckResult& result) {
    std::ostringstream json, other;
    report::write_check_json(result, json);
    fuzz::require(nlohmann::json::accept(json.str()), "a check is JSON");
    report::write_check_text(result, other);
    report::write_check_markdown(result, other);
    report::write_check_junit(result, false, other);
    report::write_check_sarif(result, "/", other);
    report::write_check_annotations(result, "/", other);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const std::string now_text = take(rest), before_text = take(rest), rules_text = take(rest);
    const auto rules = parsed([&] { return compare::parse_rules(rules_text, "rules.toml"); });
    const auto now = parsed([&] { return compare::parse_figures(now_text); });
    if (!now) return 0;
    fuzz::require(compare::to_json(compare::parse_figures(compare::to_json(*now))) == compare::to_json(*now),
                  "a baseline that is read can be written and read");
    const auto before = parsed([&] { return compare::parse_figures(before_text); });
    write_all(compare::check(*now, before ? &*before : nullptr, rules.value_or(compare::Rules{}), 3));
    if (!before) return 0;
    std::ostringstream out;
    report::write_comparison_text({"a", "b", *before, *now}, compare::find_difference(*before, *now), out, {});
    return 0;
}

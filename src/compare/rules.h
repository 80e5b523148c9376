// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a recording has to hold to pass a check: from options, from a rules file, or both.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ftscale::compare {

/// No more cores may be lost to it.
struct LossRule {
    std::string name;  // a category; "function:NAME", "lock:NAME", "object:NAME"
    double cores = 0;
};

struct Rules {
    std::optional<double> max_regression = {};  // share of the efficiency at each thread count, against the baseline
    std::map<int, double> min_speedup = {};     // by thread count
    std::vector<LossRule> max_loss = {};        // at the largest thread count
    std::optional<bool> inconclusive_passes = {};

    bool has_absolute() const { return !min_speedup.empty() || !max_loss.empty(); }
};

inline constexpr double kDefaultMaxRegression = 0.05;

/// "5%" or "0.05"; from 0 to less than 1. These throw base::Error (usage), whose message begins with `where`.
double parse_share(const std::string& text, const std::string& where);
/// "4=3.0"
std::pair<int, double> parse_speedup_rule(const std::string& text, const std::string& where);
/// "lock_wait=0.3", "function:collect=0.1"; a name may hold '='.
LossRule parse_loss_rule(const std::string& text, const std::string& where);

/// A rules file (TOML); `path` is for messages. Throws base::Error (usage) with the line of what is wrong.
///
///     [check]
///     max-regression = "5%"
///     inconclusive = "fail"
///     [check.min-speedup]
///     4 = 3.0
///     [check.max-loss]
///     lock_wait = 0.3
Rules parse_rules(const std::string& toml, const std::string& path);

/// What is given twice is as `first` has it.
Rules merge_rules(Rules first, const Rules& second);

}  // namespace ftscale::compare

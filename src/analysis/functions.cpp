// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/functions.h"

#include <algorithm>
#include <tuple>

namespace ftscale::analysis {
namespace {

using account::Category;

/// Takes from `category` what `work` has shrunk by.
void net_against_work(Category category, Amounts& loss) {
    const double both = std::min(-loss[Category::Work], loss[category]);
    if (both <= 0) return;
    loss[Category::Work] += both;
    loss[category] -= both;
}

constexpr double kNothingS = 1e-9;  // what sums of seconds may be off by

/// The line with most of what `seconds_of` sees in it; 0 where that is nothing.
template <typename SecondsOf>
int largest_line(const std::map<int, Amounts>& by_line, SecondsOf seconds_of) {
    std::pair most{0, kNothingS};
    for (const auto& [line, amounts] : by_line)
        if (const double seconds = seconds_of(amounts); seconds > most.second) most = {line, seconds};
    return most.first;
}

/// At the baseline nothing grows: the line with most time.
template <typename SecondsOf>
int hottest_line(const std::map<int, Amounts>& by_line, const std::map<int, Amounts>& growth, SecondsOf seconds_of) {
    const int line = largest_line(growth, seconds_of);
    return line > 0 ? line : largest_line(by_line, seconds_of);
}

void find_hot_lines(const FunctionCost& cost, const FunctionCost& baseline, double ideal, Function& row) {
    std::map<int, Amounts> growth = cost.by_line;
    for (const auto& [line, amounts] : baseline.by_line) {
        Amounts expected = amounts;
        expected *= ideal;
        growth[line] -= expected;
    }
    row.hot_line = hottest_line(cost.by_line, growth, [](const Amounts& amounts) { return amounts.total(); });
    for (const Category category : account::kAllCategories)
        row.hot_lines[category] =
            hottest_line(cost.by_line, growth, [category](const Amounts& amounts) { return amounts[category]; });
}

Function make_row(const FunctionKey& key, const FunctionCost& cost, const FunctionCost& baseline, double ideal,
                  bool net_serial) {
    Function row;
    row.place = key.place;
    row.outside_python = key.outside_python;
    row.self = cost.self;
    row.loss = cost.self;
    Amounts expected = baseline.self;
    expected *= ideal;
    row.loss -= expected;
    // Weak scaling: time that runs alone at every thread count is neither loss nor gain, yet stands as negative work
    // and positive serial.
    if (net_serial) net_against_work(Category::Serial, row.loss);
    // While a CPU waits for a contended line it gets ahead with the instructions around: they are sampled less often,
    // and what they gain was not lost to begin with.
    net_against_work(Category::Refcount, row.loss);
    net_against_work(Category::Spin, row.loss);
    row.loss_s = row.loss.total();
    row.by_line = cost.by_line;
    find_hot_lines(cost, baseline, ideal, row);
    return row;
}

}  // namespace

void add_functions(const account::Ledger& ledger, double factor, const Places& places, FunctionCosts& costs) {
    for (const account::Charge& charge : ledger.charges) {
        const Location& location = places.locate(charge.stack, charge.category);
        FunctionCost& cost = costs[location.function];
        cost.self[charge.category] += factor * charge.seconds;
        if (location.line > 0) cost.by_line[location.line][charge.category] += factor * charge.seconds;
        if (location.native) costs[*location.native].self[charge.category] += factor * charge.seconds;
        if (location.native_frame) {
            FunctionCost& native = location.native ? costs[*location.native] : cost;
            native.by_frame[*location.native_frame][charge.category] += factor * charge.seconds;
        }
    }
}

void add_source_lines(const FunctionCosts& costs, const account::Sites& sites, double least_s,
                      std::vector<Function>& rows) {
    for (Function& row : rows) {
        if (!row.place.native || std::max(row.self.total(), row.loss_s) < least_s) continue;
        const auto cost = costs.find({row.place, row.outside_python});
        if (cost == costs.end()) continue;
        std::map<std::string, std::map<int, Amounts>> files;
        for (const auto& [frame, amounts] : cost->second.by_frame)
            // The last one is the function itself.
            if (const auto& sources = sites.sources(frame); !sources.empty() && sources.back().line > 0)
                files[sources.back().file][sources.back().line] += amounts;
        const auto total = [](const Amounts& amounts) { return amounts.total(); };
        double most_s = 0;
        for (const auto& [file, lines] : files) {
            const int line = largest_line(lines, total);
            if (line == 0 || lines.at(line).total() <= most_s) continue;
            most_s = lines.at(line).total();
            row.place.source = file;
            row.hot_line = line;
        }
        if (most_s <= 0) continue;
        for (const Category category : account::kAllCategories)
            row.hot_lines[category] =
                largest_line(files[row.place.source], [category](const Amounts& amounts) { return amounts[category]; });
    }
}

std::vector<Function> function_rows(const FunctionCosts& costs, const FunctionCosts& baseline, double ideal,
                                    bool net_serial) {
    static const FunctionCost kNothing;
    std::vector<Function> rows;
    for (const auto& [key, cost] : costs) {
        const auto before = baseline.find(key);
        rows.push_back(make_row(key, cost, before == baseline.end() ? kNothing : before->second, ideal, net_serial));
    }
    for (const auto& [key, cost] : baseline)
        if (!costs.contains(key)) rows.push_back(make_row(key, kNothing, cost, ideal, net_serial));
    std::stable_sort(rows.begin(), rows.end(), [](const Function& a, const Function& b) {
        return std::tuple(-a.loss_s, -a.self.total()) < std::tuple(-b.loss_s, -b.self.total());
    });
    return rows;
}

Place place_of(const Function& function, Category category) {
    Place place = function.place;
    if (function.hot_lines[category] > 0) place.line = function.hot_lines[category];
    return place;
}

bool is_ledger_row(const Function& function) { return !function.place.native || function.outside_python; }

}  // namespace ftscale::analysis

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

int hottest_line(const FunctionCost& cost, const FunctionCost& baseline, double ideal) {
    const auto largest = [](const std::map<int, double>& seconds) {
        const auto found = std::max_element(seconds.begin(), seconds.end(),
                                            [](const auto& a, const auto& b) { return a.second < b.second; });
        return found == seconds.end() ? std::pair(0, 0.0) : std::pair(found->first, found->second);
    };
    std::map<int, double> growth = cost.seconds_by_line;
    for (const auto& [line, seconds] : baseline.seconds_by_line) growth[line] -= ideal * seconds;
    const auto [line, seconds] = largest(growth);
    // At the baseline nothing grows: the line with most time.
    return seconds > 1e-9 ? line : largest(cost.seconds_by_line).first;
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
    row.seconds_by_line = cost.seconds_by_line;
    row.hot_line = hottest_line(cost, baseline, ideal);
    return row;
}

}  // namespace

void add_functions(const account::Ledger& ledger, double factor, const Places& places, FunctionCosts& costs) {
    for (const account::Charge& charge : ledger.charges) {
        const Location& location = places.locate(charge.stack, charge.category);
        FunctionCost& cost = costs[location.function];
        cost.self[charge.category] += factor * charge.seconds;
        if (location.line > 0) cost.seconds_by_line[location.line] += factor * charge.seconds;
        if (location.native) costs[*location.native].self[charge.category] += factor * charge.seconds;
        if (location.native_frame) {
            FunctionCost& native = location.native ? costs[*location.native] : cost;
            native.seconds_by_frame[*location.native_frame] += factor * charge.seconds;
        }
    }
}

void add_source_lines(const FunctionCosts& costs, const account::Sites& sites, double least_s,
                      std::vector<Function>& rows) {
    for (Function& row : rows) {
        if (!row.place.native || std::max(row.self.total(), row.loss_s) < least_s) continue;
        const auto cost = costs.find({row.place, row.outside_python});
        if (cost == costs.end()) continue;
        std::map<std::pair<std::string, int>, double> lines;
        for (const auto& [frame, seconds] : cost->second.seconds_by_frame)
            // The last one is the function itself.
            if (const auto& sources = sites.sources(frame); !sources.empty() && sources.back().line > 0)
                lines[{sources.back().file, sources.back().line}] += seconds;
        const auto most = std::max_element(lines.begin(), lines.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        if (most != lines.end()) std::tie(row.place.source, row.hot_line) = most->first;
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

bool is_ledger_row(const Function& function) { return !function.place.native || function.outside_python; }

}  // namespace ftscale::analysis

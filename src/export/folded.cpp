// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/folded.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "export/frame_label.h"

namespace ftscale::exports {
namespace {

constexpr double kMostCounts = 1e6;

/// A frame's name ends at a semicolon, a line at its break.
std::string folded_name(std::string name) {
    std::replace(name.begin(), name.end(), ';', ':');
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return name.empty() ? "?" : name;
}

std::string path_text(const analysis::CallTree& tree, const StackWeight& stack) {
    std::string text;
    for (const std::uint32_t node : tree.path(stack.node))
        text += (text.empty() ? "" : ";") + folded_name(frame_label(tree.functions[tree.nodes[node].function]));
    // Work is what a stack is for; anything else is said.
    if (stack.category == account::Category::Work && !text.empty()) return text;
    const std::string category = fmt::format("[{}]", account::category_name(stack.category));
    return text.empty() ? category : text + ";" + category;
}

/// How much one count stands for: a decimal part of a second, or a power of ten of events.
double count_size(double total, bool is_time) {
    double size = is_time ? 1e-6 : 1;
    while (total / size > kMostCounts) size *= 10;
    return size;
}

std::string size_text(double size, bool is_time) {
    return is_time ? fmt::format("{:g} us", size * 1e6) : fmt::format("{:g}", size);
}

}  // namespace

std::string write_folded(const analysis::CallTree& tree, const WeightedStacks& stacks, std::ostream& out) {
    const Series& series = stacks.series.front();
    std::map<std::string, double> lines;  // nodes that differ in their lines only are one stack here
    double total = 0;
    for (const StackWeight& stack : series.stacks) {
        lines[path_text(tree, stack)] += stack.value;
    }
    for (const auto& [path, value] : lines) total += std::max(value, 0.0);
    const double size = count_size(total, stacks.is_time);
    for (const auto& [path, value] : lines) {
        const auto count = std::llround(value / size);
        if (count > 0) fmt::print(out, "{} {}\n", path, count);
    }
    return size_text(size, stacks.is_time);
}

}  // namespace ftscale::exports

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/folded.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "export/frame_label.h"
#include "export/text.h"

namespace ftscale::exports {
namespace {

constexpr double kMostCounts = 1e6;

void replace_all(std::string& text, const std::string& what, char with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at))
        text.replace(at, what.size(), 1, with);
}

/// A frame's name ends at a semicolon, a line at its break, of which JavaScript knows two more than C.
std::string folded_name(const std::string& label) {
    std::string name = valid_utf8(label);
    std::replace(name.begin(), name.end(), ';', ':');
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    replace_all(name, "\u2028", ' ');
    replace_all(name, "\u2029", ' ');
    return name.empty() ? "?" : name;
}

/// Each function's name is made once.
class Paths {
  public:
    Paths(const analysis::CallTree& tree, const WeightedStacks& stacks) : tree_(tree), stacks_(stacks) {
        for (const analysis::Place& function : tree.functions) names_.push_back(folded_name(frame_label(function)));
    }

    std::string text(const StackWeight& stack) const {
        std::string text;
        for (const std::uint32_t node : tree_.path(stack.node))
            text += (text.empty() ? "" : ";") + names_[tree_.nodes[node].function];
        std::string state = state_label(stacks_, stack);
        if (state.empty() && text.empty()) state = "[work]";
        if (!state.empty()) text += (text.empty() ? "" : ";") + folded_name(state);
        return text;
    }

  private:
    const analysis::CallTree& tree_;
    const WeightedStacks& stacks_;
    std::vector<std::string> names_;  // by function
};

/// How much one count stands for: a decimal part of a second, or a power of ten of events.
double count_size(double total, bool is_time) {
    double size = is_time ? 1e-6 : 1;
    while (total / size > kMostCounts) size *= 10;
    return size;
}

std::string size_text(double size, bool is_time) {
    return is_time ? fmt::format("{:.12g} us", size * 1e6) : fmt::format("{:.12g}", size);
}

}  // namespace

std::string write_folded(const analysis::CallTree& tree, const WeightedStacks& stacks, std::ostream& out) {
    const Paths paths(tree, stacks);
    std::map<std::string, double> lines;  // nodes that differ in their lines only are one stack here
    for (const StackWeight& stack : stacks.series.front().stacks) lines[paths.text(stack)] += stack.value;
    double total = 0;
    for (const auto& [path, value] : lines) total += std::max(value, 0.0);
    const double size = count_size(total, stacks.is_time);
    // Rounded so that the counts sum to the total, however many stacks are smaller than a count.
    double sum = 0;
    for (const auto& [path, value] : lines) {
        const auto before = std::llround(sum / size);
        sum += std::max(value, 0.0);
        const auto count = std::llround(sum / size) - before;
        if (count > 0) fmt::print(out, "{} {}\n", path, count);
    }
    return size_text(size, stacks.is_time);
}

}  // namespace ftscale::exports

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/nearest.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>
#include <utility>

namespace ftscale::counters {
namespace {

char lower(char letter) { return static_cast<char>(std::tolower(static_cast<unsigned char>(letter))); }

/// Mistakes that still let a word of this length be recognised.
std::size_t tolerance(std::size_t length) { return length < 3 ? 0 : 1 + length / 6; }

std::vector<std::string> parts_of(const std::string& name) {
    std::vector<std::string> parts(1);
    for (const char letter : name) {
        if (std::string_view("-_:.").find(letter) == std::string_view::npos) {
            parts.back() += letter;
        } else if (!parts.back().empty()) {
            parts.emplace_back();
        }
    }
    if (parts.back().empty()) parts.pop_back();
    return parts;
}

/// Mistakes in all of the wrong name's parts, each compared with the most similar part of the name; nothing when one of
/// them is like none.
std::optional<std::size_t> parts_distance(const std::vector<std::string>& wrong, const std::vector<std::string>& name) {
    std::size_t sum = 0;
    for (const std::string& part : wrong) {
        std::size_t best = std::numeric_limits<std::size_t>::max();
        for (const std::string& other : name) best = std::min(best, edit_distance(part, other));
        if (best > tolerance(part.size())) return std::nullopt;
        sum += best;
    }
    return wrong.empty() ? std::nullopt : std::optional(sum);
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
    // Optimal string alignment: Damerau 1964, each pair swapped once. Three rows of the table are enough.
    std::vector<std::size_t> before(right.size() + 1), above(right.size() + 1), row(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) above[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const bool same = lower(left[i - 1]) == lower(right[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && lower(left[i - 1]) == lower(right[j - 2]) &&
                                 lower(left[i - 2]) == lower(right[j - 1]);
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, above);
        std::swap(above, row);
    }
    return above[right.size()];
}

std::vector<std::string> nearest_names(const std::string& wrong, const std::vector<std::string>& names,
                                       std::size_t most) {
    const std::vector<std::string> wrong_parts = parts_of(wrong);
    // Alike as a whole goes before alike in parts; of two equally alike the one that says less beside it.
    std::vector<std::pair<std::pair<std::size_t, std::size_t>, std::string>> ranked;
    for (const std::string& name : names) {
        const std::size_t whole = edit_distance(wrong, name);
        const bool is_alike = whole <= wrong.size() / 3;
        const auto in_parts = parts_distance(wrong_parts, parts_of(name));
        if (!is_alike && !in_parts) continue;
        const std::size_t mistakes = std::min(is_alike ? whole : std::numeric_limits<std::size_t>::max(),
                                              in_parts ? *in_parts + 1 : std::numeric_limits<std::size_t>::max());
        ranked.push_back({{mistakes, name.size()}, name});
    }
    std::sort(ranked.begin(), ranked.end());
    std::vector<std::string> nearest;
    for (const auto& [rank, name] : ranked) {
        if (nearest.size() < most && std::find(nearest.begin(), nearest.end(), name) == nearest.end())
            nearest.push_back(name);
    }
    return nearest;
}

}  // namespace ftscale::counters

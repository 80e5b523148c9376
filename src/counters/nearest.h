// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ftscale::counters {

/// Letters to insert, delete, replace or swap with a neighbour to turn one into the other (optimal string alignment),
/// in any case.
std::size_t edit_distance(std::string_view left, std::string_view right);

/// The names, at most `most` of them and the nearest first, that somebody may have meant by `wrong`: alike as a whole,
/// or in their parts (what stands between - _ : and .). Nothing when none is alike.
std::vector<std::string> nearest_names(const std::string& wrong, const std::vector<std::string>& names,
                                       std::size_t most = 5);

}  // namespace ftscale::counters

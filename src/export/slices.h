// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Threads' states over time, coarse enough for a viewer: neighbours that show the same are one slice, and so is what is
// too short to be seen. Borders are whole microseconds: viewers add begin and length as floating-point numbers, and
// with fractions a slice would end after its successor begins.
//
//     spans      |=====work=====|s|=====work=====|w|w|s|s|s|==lock==|
//     slices     |===============work============|==spin===|==lock==|
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/profile.h"

namespace ftscale::exports {

/// Microseconds since the begin of what is measured.
struct Slice {
    std::int64_t begin_us = 0, end_us = 0;
    const analysis::Span* span = nullptr;  // what the slice shows: the longest in the state that takes most of it
};
using Slices = std::vector<Slice>;

/// In order of time, apart from each other, where the spans are. None is shorter than the resolution, but where the
/// thread was seen for no longer. `spans` must outlive them.
Slices make_slices(const std::vector<analysis::Span>& spans, const analysis::CallTree& tree,
                   std::int64_t resolution_us);

struct Timeline {
    std::int64_t resolution_us = 0;
    std::vector<Slices> threads;  // as RunProfile::thread_profiles
};

/// At a resolution of a microsecond, or coarser by a power of two where there would be more than `most_slices`.
Timeline make_timeline(const analysis::RunProfile& run, const analysis::CallTree& tree, std::size_t most_slices);

}  // namespace ftscale::exports

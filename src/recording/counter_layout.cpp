// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/counter_layout.h"

#include <cassert>

namespace ftscale::recording {

CounterLayout::CounterLayout(std::span<const CounterEvent> counters) {
    constexpr std::size_t kTimes = 2;
    std::size_t group_at = 0;
    for (std::size_t i = 0; i < counters.size(); ++i) {
        if (i == 0 || counters[i].group != counters[i - 1].group) {
            group_at = words_;
            words_ += kTimes;
        }
        places_.push_back({group_at, words_++});
    }
}

CounterFigure CounterLayout::figure(std::span<const std::uint64_t> reading, std::size_t counter) const {
    assert(reading.size() == words_);
    const Place& place = places_[counter];
    return {reading[place.count], reading[place.group], reading[place.group + 1]};
}

}  // namespace ftscale::recording

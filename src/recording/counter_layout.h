// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Where each counter's figures stand among the words of a reading (format::CounterReading).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "recording/recording.h"

namespace ftscale::recording {

/// One counter's part of a reading. All since the thread's counting began.
struct CounterFigure {
    std::uint64_t count = 0;
    std::uint64_t enabled_ns = 0;
    std::uint64_t running_ns = 0;  // less than enabled_ns where groups took turns
};

class CounterLayout {
  public:
    explicit CounterLayout(std::span<const CounterEvent> counters);

    std::size_t counters() const { return places_.size(); }
    /// Of one reading.
    std::size_t words() const { return words_; }
    /// `reading`: words() of them.
    CounterFigure figure(std::span<const std::uint64_t> reading, std::size_t counter) const;

  private:
    struct Place {
        std::size_t group = 0;  // of the two times
        std::size_t count = 0;
    };
    std::vector<Place> places_;
    std::size_t words_ = 0;
};

}  // namespace ftscale::recording

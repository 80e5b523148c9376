// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// When the waits of a run were recorded: always, or where it recorded much, in windows of time (format::Thinning). What
// is measured is what lies in the windows; it stands for what does not.
#pragma once

#include <cstdint>
#include <vector>

#include "account/regions.h"
#include "recording/recording.h"

namespace ftscale::account {

class RecordedTime {
  public:
    explicit RecordedTime(const recording::RunTrace& trace);

    /// The parts of the region that were recorded, each weighted so that they stand for all that went on while as much
    /// was left out. A region of which nothing was recorded stays as it is.
    Region weigh(const Region& region) const;
    /// The next instant after this one at which recording ends or sets in again; 0: it goes on as it is for ever.
    std::uint64_t next_change(std::uint64_t time_ns) const;
    bool is_recorded(std::uint64_t time_ns) const;

  private:
    /// As much is left out from here on until the next.
    struct Stretch {
        std::uint64_t begin_ns = 0, end_ns = 0;
        std::uint64_t window_ns = 0;  // recorded at a time
        std::uint64_t every_ns = 0;   // from the begin of one such window to the next; 0: all is recorded
    };
    struct Part {
        std::vector<Region::Interval> intervals;  // of the region, recorded
        std::uint64_t length_ns = 0;              // of the region
        std::uint64_t recorded_ns() const;
    };
    const Stretch& stretch_at(std::uint64_t time_ns) const;
    static void add_windows(const Stretch& stretch, std::uint64_t begin_ns, std::uint64_t end_ns, Part& part);
    Part part_of(const Region& region, const Stretch& stretch) const;

    std::vector<Stretch> stretches_;  // of all time
};

}  // namespace ftscale::account

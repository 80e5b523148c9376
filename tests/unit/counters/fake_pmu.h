// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A machine whose PMU and permissions a test chooses.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "counters/opener.h"

namespace ftscale::counters {

class FakePmu : public Opener {
  public:
    int general_counters = 4;              // each counts any hardware event
    std::set<std::uint64_t> fixed = {};    // configs of generic hardware events with a counter of their own
    int taken_counters = 0;                // general ones that somebody else holds: groups open, but never run
    bool has_pmu = true;                   // else ENOENT
    std::set<std::uint64_t> unknown = {};  // configs of hardware events that do not exist
    std::uint64_t software_events = 12;    // those with configs below exist
    bool user_only = false;                // perf_event_paranoid is 2
    int error_for_all = 0;                 // EPERM, EACCES, ENOSYS
    std::size_t descriptors = 1000;        // until EMFILE
    std::uint64_t counts_per_read = 50'000'000;
    bool shares_cycles = false;  // the counter of cycles is somebody else's half of the time

    std::size_t open_now() const { return events_.size(); }

    int open(const Encoding& event, Side side, int leader) override {
        const int error = refusal(event, side, leader);
        if (error != 0) return -error;
        const int handle = next_++;
        events_[handle] = {event, leader == kNoLeader ? handle : leader};
        return handle;
    }

    void start(int handle) override { started_.push_back(handle); }

    void close(int handle) override {
        events_.erase(handle);
        std::erase(started_, handle);
    }

    Reading read(int handle) override {
        const std::uint64_t running = runs(events_.at(handle).leader) ? (shares_cycles ? 500 : 1000) : 0;
        return {running != 0 ? counts_per_read : 0, 1000, running};
    }

  private:
    struct Open {
        Encoding event;
        int leader = kNoLeader;
    };

    /// What is left of the PMU.
    struct Free {
        int general = 0;
        std::set<std::uint64_t> fixed;
    };

    int refusal(const Encoding& event, Side side, int leader) const {
        if (error_for_all != 0) return error_for_all;
        if (user_only && side == Side::UserAndKernel) return EACCES;
        if (event.type == kSoftware && event.config >= software_events) return ENOENT;
        if (event.type != kSoftware && (!has_pmu || unknown.count(event.config) != 0)) return ENOENT;
        if (open_now() >= descriptors) return EMFILE;
        // The kernel looks at the group alone, on an empty PMU.
        Free pmu{general_counters, fixed};
        return leader != kNoLeader && !(take_group(pmu, leader) && take(pmu, event)) ? EINVAL : 0;
    }

    static bool take(Free& pmu, const Encoding& event) {
        if (event.type == kSoftware) return true;
        if (event.type == kHardware && pmu.fixed.erase(event.config) != 0) return true;
        return --pmu.general >= 0;
    }

    bool take_group(Free& pmu, int leader) const {
        return std::all_of(events_.begin(), events_.end(), [&](const auto& entry) {
            return entry.second.leader != leader || take(pmu, entry.second.event);
        });
    }

    /// Groups that were started earlier go first.
    bool runs(int leader) const {
        Free pmu{general_counters - taken_counters, fixed};
        for (const int other : started_) {
            Free after = pmu;
            const bool fits = take_group(after, other);
            if (other == leader) return fits;
            if (fits) pmu = after;
        }
        return false;
    }

    std::map<int, Open> events_;
    std::vector<int> started_;
    int next_ = 3;
};

}  // namespace ftscale::counters

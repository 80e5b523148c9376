// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A machine whose PMU and permissions a test chooses.
#pragma once

#include <cerrno>
#include <cstdint>
#include <map>
#include <set>

#include "counters/opener.h"

namespace ftscale::counters {

class FakePmu : public Opener {
  public:
    int general_counters = 4;            // take any hardware event
    std::set<std::uint64_t> fixed = {};  // configs of hardware events that have a counter of their own
    int taken_counters = 0;              // general ones that somebody else holds: groups open, and never run
    bool has_pmu = true;
    bool user_only = false;  // perf_event_paranoid 2
    int error_for_all = 0;   // EPERM, EACCES, ENOSYS
    int descriptors = 1000;
    std::set<std::uint64_t> unknown = {};  // configs of hardware events that do not exist
    std::uint64_t software_events = 11;    // of configs below this

    int opened = 0;  // over all
    int open_now() const { return static_cast<int>(events_.size()); }

    int open(const Encoding& event, Side side, int leader) override {
        const int error = refusal(event, side, leader);
        if (error != 0) return -error;
        const int handle = next_++;
        events_[handle] = {event, leader == kNoLeader ? handle : leader};
        ++opened;
        return handle;
    }

    void close(int handle) override { events_.erase(handle); }

    Reading read(int handle) override {
        const bool runs = general_needed(events_.at(handle).leader) <= general_counters - taken_counters;
        return {runs ? 1000U : 0U, 1000, runs ? 1000U : 0U};
    }

  private:
    struct Open {
        Encoding event;
        int leader = kNoLeader;
    };

    int refusal(const Encoding& event, Side side, int leader) const {
        if (error_for_all != 0) return error_for_all;
        if (user_only && side == Side::UserAndKernel) return EACCES;
        if (event.type == kSoftware) {
            if (event.config >= software_events) return ENOENT;
        } else {
            if (!has_pmu || unknown.count(event.config) != 0) return ENOENT;
            if (leader != kNoLeader && general_needed(leader) + needs_general(event, leader) > general_counters)
                return EINVAL;
        }
        return open_now() >= descriptors ? EMFILE : 0;
    }

    /// 1 where the event's own counter is taken in the group or there is none.
    int needs_general(const Encoding& event, int leader) const {
        if (event.type == kSoftware) return 0;
        if (event.type != kHardware || fixed.count(event.config) == 0) return 1;
        for (const auto& [handle, open] : events_) {
            if (open.leader == leader && open.event == event) return 1;
        }
        return 0;
    }

    int general_needed(int leader) const {
        int needed = 0;
        std::multiset<std::uint64_t> seen;
        for (const auto& [handle, open] : events_) {
            if (open.leader != leader || open.event.type == kSoftware) continue;
            const bool own = open.event.type == kHardware && fixed.count(open.event.config) != 0;
            if (!own || seen.count(open.event.config) != 0) ++needed;
            seen.insert(open.event.config);
        }
        return needed;
    }

    std::map<int, Open> events_;
    int next_ = 3;
};

}  // namespace ftscale::counters

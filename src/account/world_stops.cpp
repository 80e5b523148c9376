// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/world_stops.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "account/stop_reasons.h"

namespace ftscale::account {
namespace {

using recording::Process;
using recording::StackId;

// A straggler ends the requester's wait before its own begins: in between it records that, and may lose the CPU to the
// one it woke.
constexpr std::uint64_t kStragglerLateNs = 500'000;

/// The stops of one requester, whose own waits and whose victims are given in order of time.
class RequesterStops {
  public:
    RequesterStops(const Process& process, std::size_t thread, const Sites& sites)
        : process_(process), thread_(thread), sites_(sites) {}

    /// Threads let go after the same stop began to wait before the first of them was.
    void add_victim(const Stall& victim) {
        if (stops_.empty() || victim.begin_ns >= first_restart_ns_) {
            stops_.emplace_back();
            stops_.back().requester = victim.ended_at;
            stops_.back().begin_ns = victim.begin_ns;
            first_restart_ns_ = victim.end_ns;
        }
        WorldStop& stop = stops_.back();
        stop.begin_ns = std::min(stop.begin_ns, victim.begin_ns);
        stop.end_ns = std::max(stop.end_ns, victim.end_ns);
        stop.stopped_threads += 1;
        stop.stopped_s += static_cast<double>(victim.end_ns - victim.begin_ns) / 1e9;
    }

    /// A wait for the others to stop, all of its slices, after all victims were added.
    void add_request(const Stall& request) {
        const auto stop =
            std::find_if(stops_.begin(), stops_.end(), [&](const WorldStop& s) { return s.end_ns >= request.end_ns; });
        if (stop == stops_.end() || stop->begin_ns > request.end_ns + kStragglerLateNs) {
            WorldStop alone;  // nobody who had to be waited for tried to go on before the restart
            alone.requester = request.stack;
            alone.begin_ns = request.begin_ns;
            alone.end_ns = request.end_ns;
            fill_request(request, *stops_.insert(stop, alone));
            return;
        }
        fill_request(request, *stop);
    }

    std::vector<WorldStop> finish() {
        for (WorldStop& stop : stops_) {
            // Where the requester had not to wait, all had stopped at once: others came to be stopped later.
            stop.stopped_ns = std::clamp(stop.stopped_ns, stop.begin_ns, stop.end_ns);
            stop.reason = is_collecting(stop) ? StopReason::Collection : stop_reason(sites_, stop.requester);
        }
        return std::move(stops_);
    }

  private:
    static void fill_request(const Stall& request, WorldStop& stop) {
        stop.begin_ns = std::min(stop.begin_ns, request.begin_ns);
        stop.stopped_ns = std::max(stop.stopped_ns, request.end_ns);
        stop.waited_s += static_cast<double>(request.end_ns - request.begin_ns) / 1e9;
        if (request.ended_at != StackId::Empty) stop.straggler = request.ended_at;
    }

    bool is_collecting(const WorldStop& stop) const {
        const auto& collections = process_.threads[thread_].collections;
        return std::any_of(collections.begin(), collections.end(), [&](const recording::Collection& collection) {
            return collection.begin_ns <= stop.end_ns && collection.end_ns.value_or(stop.end_ns) >= stop.end_ns;
        });
    }

    const Process& process_;
    std::size_t thread_;
    const Sites& sites_;
    std::uint64_t first_restart_ns_ = 0;
    std::vector<WorldStop> stops_;
};

/// The requester waits in time slices, which are one wait.
void add_slice(const Stall& slice, std::vector<Stall>& requests) {
    if (slice.counts || requests.empty()) {
        requests.push_back(slice);
    } else {
        requests.back().end_ns = slice.end_ns;
        requests.back().ended_at = slice.ended_at;
    }
}

bool is_stop(const Stall& stall) { return stall.category == Category::StopTheWorld; }

}  // namespace

std::vector<WorldStop> find_world_stops(const Process& process, const ProcessStalls& stalls, const Sites& sites) {
    std::map<std::uint32_t, std::vector<Stall>> victims;   // by who let them go
    std::map<std::uint32_t, std::vector<Stall>> requests;  // by who waited
    for (std::size_t t = 0; t < stalls.by_thread.size(); ++t)
        for (const Stall& stall : stalls.by_thread[t]) {
            if (!is_stop(stall)) continue;
            if (!stall.stopped)
                add_slice(stall, requests[process.threads[t].ordinal]);
            else if (stall.ended_by != kNobody)
                victims[stall.ended_by].push_back(stall);
        }
    std::vector<WorldStop> all;
    for (std::size_t t = 0; t < process.threads.size(); ++t) {
        RequesterStops stops(process, t, sites);
        auto& stopped = victims[process.threads[t].ordinal];
        std::stable_sort(stopped.begin(), stopped.end(),
                         [](const Stall& a, const Stall& b) { return a.end_ns < b.end_ns; });
        for (const Stall& stall : stopped) stops.add_victim(stall);
        for (const Stall& stall : requests[process.threads[t].ordinal]) stops.add_request(stall);
        for (WorldStop& stop : stops.finish()) all.push_back(stop);
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const WorldStop& a, const WorldStop& b) { return a.begin_ns < b.begin_ns; });
    return all;
}

}  // namespace ftscale::account

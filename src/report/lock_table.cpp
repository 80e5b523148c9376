// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/place_rows.h"
#include "report/quantities.h"
#include "report/sections.h"

namespace ftscale::report {
namespace {

using analysis::Lock;
using analysis::LockSide;

constexpr std::size_t kMostLocks = 5;
constexpr double kVisibleShare = 0.02;  // of a lock's time, for the line that says whose side was not seen

/// "object: list", "threading.Lock: _thread.RLock jobs"
std::string name_of(const Lock& lock) {
    std::string text = account::lock_kind_name(lock.kind);
    const bool says_nothing = lock.kind == account::LockKind::ThreadingLock && lock.type == "_thread.lock";
    std::string what = says_nothing ? "" : lock.type;
    if (!lock.name.empty()) what += (what.empty() ? "" : " ") + lock.name;
    return what.empty() || what == text ? text : text + ": " + what;
}

std::string figures_of(const Lock& lock, const Glyphs& glyphs) {
    const auto waits = static_cast<std::uint64_t>(std::llround(lock.waits));
    std::string text = "no waits";
    if (waits > 0)
        text =
            count_text(waits) + (waits == 1 ? " wait, " : " waits, ") + seconds_text(lock.wait_s, glyphs) + " blocked";
    if (lock.spin_s > 0) text += ", " + seconds_text(lock.spin_s, glyphs) + " yielding";
    return text;
}

void write_side(const char* label, const std::vector<LockSide>& sides, double total, Page& page) {
    std::vector<PlaceTime> places;
    for (const LockSide& side : sides) places.push_back({side.place, side.wait_s});
    const double seen = write_place_rows(label, places, page);
    if (total - seen > kVisibleShare * total)
        write_labelled_row(places.empty() ? label : "", "not seen", total - seen, page);
}

double seconds_of(const Lock& lock) { return lock.wait_s + lock.spin_s; }

/// How many of the locks, which stand largest first, are worth a place on the page.
std::size_t visible_locks(const RunResult& run) {
    std::size_t visible = 0;
    while (visible < std::min(run.locks.size(), kMostLocks) &&
           run.threads * seconds_of(run.locks[visible]) >= kSmallestCores * run.capacity_s)
        ++visible;
    return visible;
}

void write_rest(const RunResult& run, std::size_t visible, Page& page) {
    double seconds = 0;
    for (std::size_t i = visible; i < run.locks.size(); ++i) seconds += seconds_of(run.locks[i]);
    if (visible < run.locks.size())
        page.line(fmt::format("        {}{} in all: {}", visible > 0 ? "smaller ones, " : "small ones only, ",
                              run.locks.size() - visible, seconds_text(seconds, page.glyphs())));
}

}  // namespace

void write_locks(const Analysis& analysis, Page& page) {
    const RunResult* run = explained_run(analysis);
    if (run == nullptr || run->locks.empty()) return;
    const bool losses = has_losses(analysis);
    page.heading("LOCKS", fmt::format("{}at {}; times are sums over threads, per run", losses ? "lost cores " : "",
                                      threads_text(run->threads)));
    const std::size_t visible = visible_locks(*run);
    for (std::size_t i = 0; i < visible; ++i) {
        const Lock& lock = run->locks[i];
        write_row_head(losses ? cores_text(lock.lost_cores) : "", name_of(lock), figures_of(lock, page.glyphs()), page);
        write_side("waited", lock.waiters, seconds_of(lock), page);
        write_side("held up by", lock.holders, seconds_of(lock), page);
    }
    write_rest(*run, visible, page);
}

}  // namespace ftscale::report

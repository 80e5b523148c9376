// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/quantities.h"
#include "report/sections.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

using analysis::Lock;
using analysis::LockSide;

constexpr std::size_t kMostLocks = 5;
constexpr std::size_t kMostSides = 3;
constexpr double kSmallest = 0.005;  // cores: what would print as 0.00
constexpr int kLabelColumns = 10;    // "held up by"
constexpr int kPlaceColumns = kColumns - 8 - kLabelColumns - 2 - 10;
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

void write_head(const Lock& lock, bool losses, Page& page) {
    const std::string figures = figures_of(lock, page.glyphs());
    const std::string size = losses ? cores_text(lock.lost_cores) : "";
    const int room = kColumns - 8 - 2 - display_width(figures);
    page.line(page.toned(pad_left(size, 6), Tone::Strong) + "  " +
              page.toned(pad_right(page.elided(name_of(lock), room), room), Tone::Strong) + "  " + figures);
}

void write_side_row(const std::string& label, const std::string& place, double seconds, Page& page) {
    page.line(std::string(8, ' ') + page.toned(pad_right(label, kLabelColumns), Tone::Faint) + "  " + place +
              pad_left(seconds_text(seconds, page.glyphs()), 10));
}

void write_side(const char* label, const std::vector<LockSide>& sides, double total, Page& page) {
    std::string begin = label;
    double shown = 0;
    for (std::size_t i = 0; i < sides.size() && i < kMostSides; ++i) {
        write_side_row(begin, page.place(sides[i].place, kPlaceColumns), sides[i].wait_s, page);
        shown += sides[i].wait_s;
        begin.clear();
    }
    double others = 0;
    for (std::size_t i = kMostSides; i < sides.size(); ++i) others += sides[i].wait_s;
    if (others > 0)
        write_side_row(begin, pad_right(fmt::format("{} more", sides.size() - kMostSides), kPlaceColumns), others,
                       page);
    const double unseen = total - shown - others;
    if (unseen > kVisibleShare * total)
        write_side_row(shown > 0 ? "" : begin, pad_right("not seen", kPlaceColumns), unseen, page);
}

double seconds_of(const Lock& lock) { return lock.wait_s + lock.spin_s; }

/// How many of the locks, which stand largest first, are worth a place on the page.
std::size_t visible_locks(const RunResult& run) {
    std::size_t visible = 0;
    while (visible < std::min(run.locks.size(), kMostLocks) &&
           run.threads * seconds_of(run.locks[visible]) >= kSmallest * run.capacity_s)
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
        write_head(lock, losses, page);
        write_side("waited", lock.waiters, seconds_of(lock), page);
        write_side("held up by", lock.holders, seconds_of(lock), page);
    }
    write_rest(*run, visible, page);
}

}  // namespace ftscale::report

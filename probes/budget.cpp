// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "budget.h"

namespace ftscale::probe {

constinit RunBudget g_budget;

namespace {

// Parts of the allowance: a level is raised behind the first, then with each step; the last is kept for essential
// records.
constexpr std::uint64_t kFirst = 4, kStep = 32, kReserve = 16;
constexpr std::uint64_t kMostRaises = kStep - kStep / kFirst - kStep / kReserve;
/// A chunk is at most this part of what is left: what a thread does not use of its last one is lost.
constexpr std::uint64_t kChunksLeft = 256;
/// Windows of 34 ms; shorter where less may be recorded than this, so that one of them does not take it all.
constexpr unsigned kUsualShift = 25, kLeastShift = 22;
constexpr std::uint64_t kUsualLimit = std::uint64_t{512} << 20;

// The word that tells the levels: the window they hold from, the event level before it, the event level, the sample
// level.
constexpr unsigned kWindowAt = 24, kBeforeAt = 16, kEventAt = 8;

std::uint64_t pack(const Levels& levels) {
    return levels.from_window << kWindowAt | std::uint64_t{levels.event_before} << kBeforeAt |
           std::uint64_t{levels.event} << kEventAt | levels.sample;
}

Levels unpack(std::uint64_t word) {
    const auto byte = [word](unsigned at) { return static_cast<std::uint32_t>(word >> at & 0xff); };
    return {byte(0), byte(kEventAt), byte(kBeforeAt), word >> kWindowAt};
}

unsigned shift_for(std::uint64_t limit) {
    unsigned shift = kUsualShift;
    for (; limit < kUsualLimit && shift > kLeastShift; limit *= 2) --shift;
    return shift;
}

}  // namespace

RecordKind kind_of(format::RecordType type) {
    switch (type) {
        case format::RecordType::Sample:
            return RecordKind::Sample;
        case format::RecordType::WaitBegin:
        case format::RecordType::Wake:
        case format::RecordType::SpinBegin:
        case format::RecordType::GcBegin:
            return RecordKind::Event;
        default:
            return RecordKind::Essential;  // the ends of what was begun, too: without one it would seem to last
    }
}

void RunBudget::open(format::Budget& account) {
    account_ = &account;
    window_shift_ = shift_for(account.limit_bytes);
}

std::size_t RunBudget::chunk_bytes(std::size_t wanted, std::size_t least) const {
    if (limit() == 0) return wanted;
    const std::uint64_t used = __atomic_load_n(&account_->used_bytes, __ATOMIC_RELAXED);
    const std::uint64_t left = used < limit() ? limit() - used : 0;
    while (wanted > least && wanted > left / kChunksLeft) wanted /= 2;
    return wanted;
}

bool RunBudget::take(std::size_t bytes, RecordKind kind) {
    const std::uint64_t most = kind == RecordKind::Essential ? limit() : limit() - limit() / kReserve;
    std::uint64_t used = __atomic_load_n(&account_->used_bytes, __ATOMIC_RELAXED);
    do {
        if (limit() != 0 && (used > most || bytes > most - used)) return false;
    } while (!__atomic_compare_exchange_n(&account_->used_bytes, &used, used + bytes, true, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    return true;
}

void RunBudget::give_back(std::size_t bytes) { __atomic_fetch_sub(&account_->used_bytes, bytes, __ATOMIC_RELAXED); }

std::uint64_t RunBudget::raises_due(std::uint64_t used) const {
    if (limit() == 0 || used < limit() / kFirst) return 0;
    const std::uint64_t due = 1 + (used - limit() / kFirst) / (limit() / kStep);
    return due < kMostRaises ? due : kMostRaises;
}

Levels RunBudget::levels() const { return unpack(__atomic_load_n(&account_->levels, __ATOMIC_RELAXED)); }

bool RunBudget::settle(WrittenBytes& written, std::uint64_t now_ns, format::Thinning& raised) {
    if (limit() == 0) return false;
    __atomic_fetch_add(&account_->sample_bytes, written.samples, __ATOMIC_RELAXED);
    __atomic_fetch_add(&account_->event_bytes, written.events, __ATOMIC_RELAXED);
    written = {};
    const std::uint64_t due = raises_due(__atomic_load_n(&account_->used_bytes, __ATOMIC_RELAXED));
    std::uint64_t raises = __atomic_load_n(&account_->raises, __ATOMIC_RELAXED);
    Levels levels = this->levels();
    // What was raised last has to take effect first.
    if (due <= raises || window_of(now_ns) < levels.from_window) return false;
    if (!__atomic_compare_exchange_n(&account_->raises, &raises, raises + 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return false;
    raise(levels, now_ns);
    __atomic_store_n(&account_->levels, pack(levels), __ATOMIC_RELAXED);
    raised = {levels.sample, levels.event, levels.from_window << window_shift_, std::uint64_t{1} << window_shift_,
              limit()};
    return true;
}

/// Both kinds where neither has taken twice as much as the other: one alone would not change much.
void RunBudget::raise(Levels& levels, std::uint64_t now_ns) {
    const std::uint64_t samples = __atomic_exchange_n(&account_->sample_bytes, 0, __ATOMIC_RELAXED);
    const std::uint64_t events = __atomic_exchange_n(&account_->event_bytes, 0, __ATOMIC_RELAXED);
    levels.event_before = levels.event;
    levels.from_window = window_of(now_ns) + 1;
    if (samples >= events / 2) ++levels.sample;
    if (events >= samples / 2) ++levels.event;
}

bool keeps_sample(LeftOut& left_out, std::uint32_t thread) {
    if (!g_budget.leaves_out()) return true;
    const std::uint32_t every = 1u << g_budget.levels().sample;
    // Threads begin at different places of their turn: of many short ones some are sampled.
    if (left_out.thread_is_new) left_out.turn = thread * 0x9e3779b9u >> 16;
    left_out.thread_is_new = false;
    ++left_out.turn;
    if (left_out.turn % every == 0) return true;
    ++left_out.samples;
    return false;
}

bool keeps_event(LeftOut& left_out, std::uint64_t now_ns) {
    if (!g_budget.leaves_out()) return true;
    const std::uint64_t window = g_budget.window_of(now_ns);
    if (window % (std::uint64_t{1} << g_budget.levels().event_at(window)) == 0) return true;
    if (left_out.spare_events == 0) return false;
    --left_out.spare_events;
    return true;
}

bool keeps_past_event(std::uint64_t begin_ns, std::uint64_t end_ns) {
    if (!g_budget.leaves_out()) return true;
    const Levels levels = g_budget.levels();
    const std::uint64_t begin = g_budget.window_of(begin_ns), end = g_budget.window_of(end_ns);
    if (begin < levels.from_window) return true;  // more was recorded when it began
    const std::uint64_t every = std::uint64_t{1} << levels.event;
    return (begin + every - 1) / every * every <= end;
}

}  // namespace ftscale::probe

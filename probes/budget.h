// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// How much a run may record, and what to leave out as that gets short. The account is one for all processes of the run
// (format::Budget), touched when a thread takes a chunk; what it says of records to come is one word, read at each of
// them and written a few times a run.
//
// The first quarter of the allowance records everything; then a level is raised with each further 32nd, so that a run a
// hundred times as long has a few hundredths of its records in the end instead of none. The level is that of the kind
// of record that has taken most since the last time, or both. The last sixteenth is for names, totals and ends.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ftscale/recording_format.h"

namespace ftscale::probe {

enum class RecordKind : std::uint8_t { Sample, Event, Essential };
RecordKind kind_of(format::RecordType type);

/// By RecordKind, of one thread; Essential is not counted.
struct WrittenBytes {
    std::uint64_t samples = 0, events = 0;
    void add(RecordKind kind, std::uint64_t bytes) {
        (kind == RecordKind::Sample ? samples : kind == RecordKind::Event ? events : nothing_) += bytes;
    }

  private:
    std::uint64_t nothing_ = 0;
};

/// What is recorded, at one moment.
struct Levels {
    std::uint32_t sample = 0;
    std::uint32_t event = 0, event_before = 0;  // from `from_window` on, and until then
    std::uint64_t from_window = 0;

    std::uint32_t event_at(std::uint64_t window) const { return window >= from_window ? event : event_before; }
};

class RunBudget {
  public:
    /// `directory`: where the run's streams go. Where there is no account, `limit_bytes` (0: none) is this process's.
    void open(const char* directory, std::uint64_t limit_bytes);
    /// For one process, counted in `account`.
    void open(format::Budget& account);

    /// What a chunk may have at most; `wanted` where nothing is short.
    std::size_t chunk_bytes(std::size_t wanted, std::size_t least) const;
    /// Takes `bytes` for a chunk that begins with a record of this kind; false where they are more than is left.
    bool take(std::size_t bytes, RecordKind kind);
    void give_back(std::size_t bytes);
    /// Hands in what a thread has written since it last did. True where a level was raised: the caller records it.
    bool settle(WrittenBytes& written, std::uint64_t now_ns, format::Thinning& raised);

    bool leaves_out() const { return __atomic_load_n(&account_->levels, __ATOMIC_RELAXED) != 0; }
    Levels levels() const;
    std::uint64_t window_of(std::uint64_t time_ns) const { return time_ns >> window_shift_; }

  private:
    std::uint64_t limit() const { return account_->limit_bytes; }
    std::uint64_t raises_due(std::uint64_t used) const;
    void raise(Levels& levels, std::uint64_t now_ns);

    format::Budget own_ = {};  // where there is no account: without a limit
    format::Budget* account_ = &own_;
    unsigned window_shift_ = 25;
};

extern RunBudget g_budget;

/// What of one thread's was left out.
struct LeftOut {
    std::uint32_t samples = 0;        // since its last one
    std::uint32_t turn = 0;           // counts its samples
    std::uint32_t spare_events = 32;  // that it may still write where others are left out
    bool thread_is_new = true;
};

/// Whether to write this sample. Where not, the caller counts its ticks for the next one.
bool keeps_sample(LeftOut& left_out, std::uint32_t thread);
/// Whether to write what happens now: the begin of a wait, a wake, a spin.
bool keeps_event(LeftOut& left_out, std::uint64_t now_ns);
/// Whether to write a wait, now that it is over: some of what is recorded lies within it.
bool keeps_past_event(std::uint64_t begin_ns, std::uint64_t end_ns);

}  // namespace ftscale::probe

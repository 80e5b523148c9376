// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Everything the probe keeps for one thread of the target. Only that thread touches it, so nothing here is atomic or
// locked; what the signal handler could find half done is fenced by `busy`.
#pragma once

#include <csignal>
#include <cstdint>

#include "budget.h"
#include "clock_event.h"
#include "ftscale/recording_format.h"
#include "pointer_table.h"
#include "stream.h"
#include "unwind.h"

namespace ftscale::probe {

inline constexpr std::size_t kMaxNativeFrames = 512;
inline constexpr std::size_t kMaxPythonFrames = 1024;
inline constexpr std::size_t kMaxWords = kMaxNativeFrames + kMaxPythonFrames;

/// One frame of the interpreter's frame list. A shim marks where an evaluation loop was entered.
struct PythonFrame {
    std::uintptr_t code;   // 0: a shim
    std::uintptr_t where;  // the instruction's offset in bytes; for a shim its own address
};

struct StackWords {
    std::uint64_t words[kMaxWords];
    std::size_t count = 0;
    std::uint16_t flags = 0;
};

/// A run of sched_yield calls not yet closed; see spin.cpp.
struct OpenSpin {
    bool going_on = false;
    bool open = false;  // its begin is recorded
    std::uint64_t begin_ns = 0;
    std::uintptr_t caller = 0;
    std::uintptr_t sp = 0;
    std::uint64_t last_end_ns = 0;
    std::uint64_t yields = 0;
};

struct ThreadState {
    Stream stream;
    std::uint32_t ordinal = 0;
    std::uint32_t tid = 0;
    StackBounds bounds;

    volatile std::sig_atomic_t busy = 0;  // records are being written: the signal handler keeps out
    int wait_depth = 0;
    OpenSpin spin;

    // Counted here, written as ThreadStat.
    std::uint64_t probe_ns = 0;
    std::uint64_t samples = 0;
    std::uint64_t truncated_stacks = 0;
    std::uint64_t dropped[static_cast<std::size_t>(format::DropReason::Count)] = {};

    // The last sample, and what was recorded of waits since: to see time spent off the CPU for reasons not seen.
    std::uint64_t last_sample_ns = 0;
    std::uint64_t last_sample_cpu_ns = 0;
    std::uint64_t waited_ns = 0;
    LeftOut left_out;
    Ticks ticks_left_out;                   // of the samples left out since
    std::uint64_t collecting_since_ns = 0;  // of a collection whose begin was left out; 0: none

    ClockEvent clocks[format::kMostCounterGroups];  // the first may be the sampler's
    bool counts = false;                            // events are counted together with them
    void* sampler_timer = nullptr;                  // POSIX timer
    bool sampler_timer_set = false;
    std::uint32_t sampler_flags = 0;  // format::ProcessFlag
    bool has_name = false;
    bool mask_has_signal = false;  // the script believes it has blocked our signal

    std::uint32_t code_generation = 0;
    std::uint32_t next_code_id = 1;
    PointerTable<4096> codes;
    PointerTable<256> modules;
    PointerTable<512> types;
    std::uintptr_t not_types[256];  // addresses found not to be types, hashed
    PointerTable<1024> named_objects;

    UnwindCache unwind;
    PythonFrame python[kMaxPythonFrames];
    StackWords stacks[2];  // the one being taken and the thread's previous one
    int current_stack = 0;

    void drop(format::DropReason reason) { ++dropped[static_cast<std::size_t>(reason)]; }
};

/// This thread's state; null when the thread is not recorded (the probe is inert, a fork's child, before or after the
/// thread's life). initial-exec: reading it is one instruction and never allocates.
extern constinit thread_local ThreadState* t_state __attribute__((tls_model("initial-exec")));

/// Keeps the signal handler out while a record is written from ordinary code. The one way to touch a stream outside the
/// handler.
class Recording {
  public:
    explicit Recording(ThreadState& state) : state_(state) { state_.busy = state_.busy + 1; }
    ~Recording() { state_.busy = state_.busy - 1; }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

  private:
    ThreadState& state_;
};

}  // namespace ftscale::probe

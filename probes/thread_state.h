// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Everything the probe keeps for one thread of the target. Only that thread touches it, so nothing here is atomic or
// locked; what the signal handler could find half done is fenced by `busy`.
#pragma once

#include <cerrno>
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
inline constexpr std::size_t kKeptFrames = 256;  // innermost ones, of a stack deeper than that
inline constexpr std::size_t kMaxWords = kMaxNativeFrames + kMaxPythonFrames;
static_assert(kMaxWords <= format::kMostStackWords);

struct SamplerEngine;

/// One frame of the interpreter's frame list. A shim marks where an evaluation loop was entered.
struct PythonFrame {
    std::uintptr_t code;         // 0: a shim
    std::uintptr_t where;        // the instruction's address; for a shim its own
    std::int32_t bytecode_copy;  // which copy of the bytecode the instruction is in
};

/// Where a copy of a code's bytecode begins.
struct BytecodeCopy {
    std::uintptr_t code;
    std::uintptr_t begin;
    std::int32_t index;
};

/// What is known of the memory that frames lie in.
struct FrameMemory {
    static constexpr std::size_t kPages = 16;
    std::uintptr_t chunks[8];      // pieces of the data stack that have been looked at, hashed
    std::uintptr_t pages[kPages];  // where frames outside of it were last met: asked for all at once
    std::size_t next_page;
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

    volatile std::sig_atomic_t busy = 0;  // records are being written: everybody else keeps out
    std::uintptr_t busy_sp = 0;           // the stack of who writes them
    int wait_depth = 0;
    std::uintptr_t wait_sp = 0;  // the stack of the wait
    OpenSpin spin;

    // What signals came to this thread: how a call that one has ended tells whose it was.
    volatile std::uint32_t own_signals = 0;     // the sampler's
    volatile std::uint32_t script_signals = 0;  // that ran a handler of the script
    volatile std::uint32_t ending_signals = 0;  // of these, those that end a call rather than restart it
    bool is_ended_beforehand = false;           // one came while the wait that begins now was being recorded

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
    const SamplerEngine* sampler = nullptr;         // what samples this thread; null: nothing does
    void* sampler_timer = nullptr;                  // POSIX timer
    bool sampler_timer_set = false;
    std::uint32_t sampler_flags = 0;  // format::ProcessFlag
    bool has_name = false;
    bool mask_has_signal = false;  // the script believes it has blocked our signal
    bool holds_signal = false;     // and has been sent it meanwhile
    siginfo_t held_signal{};

    std::uint32_t destroyed_codes = 0;  // of how many this thread has heard
    std::uint32_t next_code_id = 1;
    PointerTable<16384, 2> codes;
    BytecodeCopy bytecode_copies[1024];  // met last, hashed
    PointerTable<256> modules;
    PointerTable<512> types;
    std::uintptr_t not_types[256];  // addresses found not to be types, hashed
    PointerTable<1024> named_objects;

    UnwindCache unwind;
    FrameMemory frame_memory;
    PythonFrame python[kMaxPythonFrames];
    StackWords stacks[2];  // the one being taken and the thread's previous one
    int current_stack = 0;

    void drop(format::DropReason reason) { ++dropped[static_cast<std::size_t>(reason)]; }
};

/// This thread's state; null when the thread is not recorded (the probe is inert, a fork's child, before or after the
/// thread's life). initial-exec: reading it is one instruction and never allocates.
extern constinit thread_local ThreadState* t_state __attribute__((tls_model("initial-exec")));

/// The calling thread's state if it is recorded: in a child that no fork handler has seen (clone(2), _Fork) it is not,
/// though t_state is there.
inline ThreadState* own_state() {
    ThreadState* state = t_state;
    return state != nullptr && g_stream_file.is_of_this_process() ? state : nullptr;
}

/// Whether a frame whose stack was at `sp` is gone: a handler has left it by longjmp. Only where both are known to lie
/// on the thread's own stack; a handler may run on another.
inline bool is_frame_gone(const ThreadState& state, std::uintptr_t sp, std::uintptr_t sp_now) {
    return state.bounds.contains(sp & ~std::uintptr_t{7}, 0) && state.bounds.contains(sp_now & ~std::uintptr_t{7}, 0) &&
           sp_now > sp;
}

/// Whether a record is being written that this call must not disturb.
inline bool is_busy(ThreadState& state, std::uintptr_t sp_now) {
    if (state.busy == 0) return false;
    if (!is_frame_gone(state, state.busy_sp, sp_now)) return true;
    state.busy = 0;
    return false;
}

/// The calling thread's state if an event of it can be recorded now: not when a signal handler has interrupted the
/// writing of a record, which is counted as dropped.
inline __attribute__((always_inline)) ThreadState* recordable() {
    ThreadState* state = own_state();
    if (__builtin_expect(state == nullptr, 0)) return nullptr;
    if (__builtin_expect(!is_busy(*state, reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0))), 1))
        return state;
    state->drop(format::DropReason::Busy);
    return nullptr;
}

/// Keeps everybody else out while a record is written from ordinary code. The one way to touch a stream outside the
/// handler; whoever makes one has asked recordable() before.
class Recording {
  public:
    __attribute__((always_inline)) explicit Recording(ThreadState& state) : state_(state) {
        state_.busy_sp = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
        state_.busy = 1;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    }
    ~Recording() {
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        state_.busy = 0;
    }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

  private:
    ThreadState& state_;
};

/// What the caller must not notice: errno is put back, to what it was or to what the real call has made of it.
class Errno {
  public:
    Errno() : value_(errno) {}
    ~Errno() { errno = value_; }
    void restore() const { errno = value_; }
    void keep() { value_ = errno; }
    int value() const { return value_; }
    Errno(const Errno&) = delete;
    Errno& operator=(const Errno&) = delete;

  private:
    int value_;
};

}  // namespace ftscale::probe

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "sampler.h"
#include "thread_state.h"

namespace ftscale::probe {

/// Gives the calling thread a stream. No-op when it has one; where there is no memory it is counted as unrecorded.
void register_thread(const char* name, std::uintptr_t start_routine);
/// Writes the thread's totals and end, and takes its state away.
void unregister_thread();

/// Before the first thread is registered: how long a period of CPU time is, and which sampler may be used (null: any).
void plan_sampling(std::uint64_t period_ns, const SamplerEngine* only);

/// From now on threads are sampled: the calling one at once, others as they start; those in which the engine does not
/// work by the next one of the ladder. False when it does not work here.
bool start_sampling(const SamplerEngine& engine);

/// Stops the calling thread's clock, and takes a signal of it that is on its way; and starts it again.
void stop_clock_of(ThreadState& state);
void start_clock_of(ThreadState& state);

/// In a fork's child that is to be recorded: gives up what it has of its parent's recording. The thread is not recorded
/// until register_child() has given it a stream of its own, which takes a stream file of its own.
void leave_parent();
void register_child();

/// In a fork's child: no thread of this process is recorded any more.
void silence_threads();

}  // namespace ftscale::probe

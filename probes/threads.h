// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "sampler.h"
#include "thread_state.h"

namespace ftscale::probe {

/// Gives the calling thread a stream. No-op when it has one or there is no memory.
void register_thread(const char* name, std::uintptr_t start_routine);
/// Writes the thread's totals and end, and takes its state away.
void unregister_thread();

/// From now on threads are sampled: the calling one at once, others as they start. False when the engine does not work
/// here.
bool start_sampling(const SamplerEngine& engine, std::uint64_t period_ns);

/// In a fork's child: no thread of this process is recorded any more.
void silence_threads();

}  // namespace ftscale::probe

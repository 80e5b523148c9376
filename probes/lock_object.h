// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "thread_state.h"

namespace ftscale::probe {

/// The Python object whose lock stands at `lock_address`, and its type; left 0 when it is not an object's. Writes a
/// Type record the first time the thread meets the type. Every pointer is checked before it is believed.
void find_lock_object(ThreadState& state, std::uintptr_t lock_address, std::uint64_t& object,
                      std::uint64_t& object_type);

}  // namespace ftscale::probe

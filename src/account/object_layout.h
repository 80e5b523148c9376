// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Where free-threaded builds keep what in an object's header: the same in 3.13, 3.14 and 3.15 on 64-bit machines.
#pragma once

#include <cstdint>

namespace ftscale::account {

inline constexpr std::uint64_t kObjectHeaderBytes = 32;  // PyObject_HEAD; objects are 16-aligned
inline constexpr std::uint64_t kObjectMutexOffset = 10;  // PyObject.ob_mutex

}  // namespace ftscale::account

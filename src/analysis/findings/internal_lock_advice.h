// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What to do about a lock of the interpreter's own.
#pragma once

#include <cstdint>
#include <string>

#include "account/internal_locks.h"

namespace ftscale::analysis {

/// `python`: PY_VERSION_HEX. Names a newer Python only where it is known to do better.
std::string internal_lock_advice(account::InternalLock lock, std::uint32_t python);

}  // namespace ftscale::analysis

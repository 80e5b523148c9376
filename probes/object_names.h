// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "object_types.h"

namespace ftscale::probe {

/// Writes an Object record for an object that has a name (function, method, module, type, code), the first time the
/// thread meets it. Every pointer is read fault-safely: the object may be freed by another thread at any moment. Safe
/// in a signal handler.
void name_object(ThreadState& state, std::uintptr_t object, std::uintptr_t type, TypeKind kind);

}  // namespace ftscale::probe

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What tells a Python object from memory that merely looks like one: its type, whose type is a type in turn. Each
// thread checks a type once, writes a Type record for it and remembers the answer. Nothing is read that was not checked
// before. Safe in a signal handler.
#pragma once

#include <cstdint>

#include "thread_state.h"

namespace ftscale::probe {

/// What the probe has to know of a type: where waiters wait, where the name of its instances stands.
enum class TypeKind : std::uint32_t {
    NotAType = 0,
    Other,
    Lock,  // the first field behind the header is the byte that waiters wait on: Lock, RLock (3.14+), SimpleQueue
    Function,
    Method,
    CFunction,
    Descriptor,
    FunctionWrapper,  // classmethod, staticmethod
    Module,
    Code,
    Metatype,  // its instances are types
};

/// Checks `type` unless the thread knows it already.
TypeKind kind_of_type(ThreadState& state, std::uintptr_t type);

/// The Python object whose lock stands at `lock_address`, and its type; left 0 when it is not an object's. Writes its
/// name too, where it has one.
void find_lock_object(ThreadState& state, std::uintptr_t lock_address, std::uint64_t& object,
                      std::uint64_t& object_type);

}  // namespace ftscale::probe

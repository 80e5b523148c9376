// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ftscale::probe {

/// The value at an offset of one of CPython's structures. A plain load: for memory that is known to be there, see
/// safe_read.h for other.
template <typename T>
T field(std::uintptr_t object, std::size_t offset) {
    T value;
    std::memcpy(&value, reinterpret_cast<const void*>(object + offset), sizeof(T));
    return value;
}

}  // namespace ftscale::probe

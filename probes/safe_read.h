// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace ftscale::probe {

/// Copies memory that may not be there. False when any of it is not readable, or the kernel does not let us ask
/// (seccomp). Safe in a signal handler; a system call, so not for every event.
bool safe_read(std::uintptr_t address, void* out, std::size_t bytes);

/// One of several pieces to copy at once, which costs less than one after the other.
struct Piece {
    std::uintptr_t address;
    void* out;
    std::size_t bytes;
    bool ok = false;
};
inline constexpr std::size_t kMostPieces = 16;
/// Copies those pieces that are readable and marks them `ok`. False when the kernel does not let us ask.
bool safe_read_pieces(Piece* pieces, std::size_t count);

struct Stretch {
    std::uintptr_t address;
    std::size_t bytes;
};
/// Whether all of these stretches of memory can be read. True as well where the kernel does not let us ask.
bool are_readable(const Stretch* stretches, std::size_t count);

template <typename T>
bool safe_read(std::uintptr_t address, T& out) {
    return safe_read(address, &out, sizeof(T));
}

/// Copies a zero-terminated string of at most `capacity` - 1 bytes; the length, or 0 when it cannot be read.
std::size_t safe_read_string(std::uintptr_t address, char* out, std::size_t capacity);

}  // namespace ftscale::probe

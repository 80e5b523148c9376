// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What is true for the whole process. Written by the constructor and at the script's start, read everywhere; nothing
// here changes while threads run, but for the two words that say so.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "python_layout.h"

namespace ftscale::probe {

extern PythonLayout g_layout;

/// The process that is recorded; a child has another.
extern pid_t g_pid;

/// Where the interpreter itself is mapped. The objects in it are immortal.
struct StaticImage {
    std::uintptr_t begin = 0, end = 0;
    bool contains(std::uintptr_t address) const { return address >= begin && address < end; }
};
extern StaticImage g_python_image;

/// Bumped when a code object that may have been sampled is destroyed: threads forget which codes they have named. Read
/// at every sample, written at most as often as transient code is sampled.
extern std::uint32_t g_code_generation;

/// Addresses of sampled code objects, hashed: tells the destroy watcher cheaply that a code object was never seen.
inline constexpr std::size_t kSeenCodeSlots = 8192;
extern std::uint8_t g_seen_code[kSeenCodeSlots];
inline std::uint8_t& seen_code_slot(std::uintptr_t code) {
    return g_seen_code[(code >> 4) * 0x9e3779b97f4a7c15u >> 51 & (kSeenCodeSlots - 1)];
}

}  // namespace ftscale::probe

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What is true for the whole process. Written by the constructor and at the script's start, read everywhere; nothing
// here changes while threads run, but for the word that says so.
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

/// Set when the script has ended: from then on the interpreter takes apart what samples would look at.
extern bool g_script_is_over;
inline bool script_is_over() { return __atomic_load_n(&g_script_is_over, __ATOMIC_RELAXED); }

}  // namespace ftscale::probe

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include "globals.h"
#include "python_api.h"
#include "thread_words.h"

namespace ftscale::probe {

/// Where a shared libpython keeps a thread's state: the one it runs in, and the one bound to it. 0: ask the
/// interpreter, whose own access is as plain (it is part of the program, or keeps this one elsewhere).
struct PythonSlots {
    ThreadDistance current = 0, bound = 0;
};
extern PythonSlots g_python_slots;

/// Called once, as the script begins, by its main thread.
void find_python_slots();

/// The thread's PyThreadState, also while it is detached (in most waits), when it has no current one; 0 when it has
/// none, and when the script is over. Safe in a signal handler.
inline std::uintptr_t python_thread_state() {
    if (script_is_over()) return 0;
    const std::uintptr_t current = g_python_slots.current != 0
                                       ? thread_word(g_python_slots.current)
                                       : reinterpret_cast<std::uintptr_t>(PyThreadState_GetUnchecked());
    if (current != 0) return current;
    return g_python_slots.bound != 0 ? thread_word(g_python_slots.bound)
                                     : reinterpret_cast<std::uintptr_t>(PyGILState_GetThisThreadState());
}

}  // namespace ftscale::probe

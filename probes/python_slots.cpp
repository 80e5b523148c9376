// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "python_slots.h"

namespace ftscale::probe {

PythonSlots g_python_slots;

void find_python_slots() {
    const ThreadStorage storage = thread_storage_of(reinterpret_cast<const void*>(&PyThreadState_GetUnchecked));
    if (storage.in_program || storage.bytes == 0 || PyEval_SaveThread == nullptr) return;
    const auto state = reinterpret_cast<std::uintptr_t>(PyThreadState_GetUnchecked());
    if (state == 0) return;
    // Detached, the thread has no current state, but still the one bound to it.
    ThreadWordSearch current(storage), bound(storage);
    current.holds(state);
    bound.holds(state);
    PyThreadState* saved = PyEval_SaveThread();
    current.holds(0);
    bound.holds(state);
    PyEval_RestoreThread(saved);
    current.holds(state);
    bound.holds(state);
    g_python_slots = {current.found(), bound.found()};
}

}  // namespace ftscale::probe

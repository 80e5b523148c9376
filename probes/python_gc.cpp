// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "python_gc.h"

#include <cstring>

#include "events.h"
#include "python_reference.h"

namespace ftscale::probe {
namespace {

long number_in(PyObject* dict, const char* key) {
    PyObject* value = PyDict_GetItemString(dict, key);
    return value != nullptr ? PyLong_AsLong(value) : 0;
}

void begin_collection(ThreadState& state, std::uint32_t generation, const Cursor& caller) {
    const std::uint64_t begin_ns = now_ns();
    const bool kept = keeps_event(state.left_out, begin_ns);
    state.collecting_since_ns = kept ? 0 : begin_ns;
    if (kept) write_gc_begin(state, generation, caller, begin_ns);
}

void end_collection(ThreadState& state, std::uint32_t generation, std::uint64_t collected, const Cursor& caller) {
    const std::uint64_t begin_ns = state.collecting_since_ns;
    state.collecting_since_ns = 0;
    if (begin_ns != 0 && !keeps_past_event(begin_ns, now_ns())) return;
    if (begin_ns != 0) write_gc_begin(state, generation, caller, begin_ns);
    write_gc_end(state, collected);
}

/// Called as gc.callbacks are: ("start" or "stop", {"generation": ..., "collected": ..., "uncollectable": ...}).
PyObject* on_collection(PyObject*, PyObject* arguments) {
    ThreadState* state = recordable();
    PyObject* phase = PyTuple_GetItem(arguments, 0);
    PyObject* facts = PyTuple_GetItem(arguments, 1);
    if (state == nullptr || phase == nullptr || facts == nullptr) return PyErr_Clear(), none();
    long bytes = 0;
    const char* text = PyUnicode_AsUTF8AndSize(phase, &bytes);
    if (text == nullptr) return PyErr_Clear(), none();
    const long generation = number_in(facts, "generation"), collected = number_in(facts, "collected");
    const Recording recording(*state);
    close_spin(*state);
    const Cursor caller = FTSCALE_CALLER();
    if (std::strcmp(text, "start") == 0)
        begin_collection(*state, static_cast<std::uint32_t>(generation), caller);
    else
        end_collection(*state, static_cast<std::uint32_t>(generation), static_cast<std::uint64_t>(collected), caller);
    return none();
}

}  // namespace

/// The one exact sign of a collection that needs no symbols.
void watch_collections() {
    static PyMethodDefinition method{"ftscale_collection", on_collection, kMethodArguments, nullptr};
    const Reference gc(PyImport_ImportModule("gc"));
    const Reference callbacks(gc.get() != nullptr ? PyObject_GetAttrString(gc.get(), "callbacks") : nullptr);
    const Reference function(PyCFunction_NewEx(&method, nullptr, nullptr));
    const bool ok = callbacks.get() != nullptr && function.get() != nullptr;
    const Reference result(ok ? PyObject_CallMethod(callbacks.get(), "append", "O", function.get()) : nullptr);
    if (result.get() == nullptr) PyErr_Clear();
}

}  // namespace ftscale::probe

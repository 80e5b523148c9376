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
    if (std::strcmp(text, "start") == 0)
        write_gc_begin(*state, static_cast<std::uint32_t>(generation), FTSCALE_CALLER());
    else
        write_gc_end(*state, static_cast<std::uint64_t>(collected));
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

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "python_gil.h"

#include "events.h"
#include "globals.h"
#include "object_field.h"
#include "python_reference.h"

namespace ftscale::probe {
namespace {

/// Whether an extension module has not said that it can do without the GIL. Modules written in Python have no
/// definition, and cannot say it.
bool needs_gil(PyObject* module) {
    const auto address = reinterpret_cast<std::uintptr_t>(module);
    auto* type = reinterpret_cast<void*>(field<std::uintptr_t>(address, g_layout.object_type));
    if (PyType_IsSubtype(type, PyModule_Type) == 0 || PyModule_GetDef(module) == nullptr) return false;
    if (g_layout.module_gil_is_flag) return field<bool>(address, g_layout.module_gil);
    return field<std::uintptr_t>(address, g_layout.module_gil) == 0;
}

void write_name_of(ThreadState& state, PyObject* module) {
    const Reference name(PyModule_GetNameObject(module));
    long bytes = 0;
    const char* text = name.get() != nullptr ? PyUnicode_AsUTF8AndSize(name.get(), &bytes) : nullptr;
    if (text == nullptr) return PyErr_Clear();
    write_gil_module(state, text, static_cast<std::size_t>(bytes));
}

}  // namespace

void write_gil_modules(ThreadState& state) {
    const Reference modules(PyDict_Values(PyImport_GetModuleDict()));
    if (modules.get() == nullptr) return PyErr_Clear();
    const long count = PyList_Size(modules.get());
    for (long i = 0; i < count; ++i) {
        const Reference module(PyList_GetItemRef(modules.get(), i));
        if (module.get() != nullptr && needs_gil(module.get())) write_name_of(state, module.get());
    }
}

int gil_state() {
    const auto interpreter =
        field<std::uintptr_t>(reinterpret_cast<std::uintptr_t>(_PyRuntime), g_layout.interpreters_main);
    if (interpreter == 0) return -1;
    const auto gil = field<std::uintptr_t>(interpreter, g_layout.interpreter_gil);
    return gil != 0 ? field<int>(gil, g_layout.gil_enabled) : -1;
}

}  // namespace ftscale::probe

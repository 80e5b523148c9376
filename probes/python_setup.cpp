// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "python_setup.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "counters.h"
#include "destroyed_codes.h"
#include "events.h"
#include "globals.h"
#include "object_field.h"
#include "python_api.h"
#include "python_gc.h"
#include "python_reference.h"
#include "python_slots.h"
#include "safe_read.h"

namespace ftscale::probe {

namespace {

void (*g_on_script_begin)() = nullptr;
void (*g_on_script_end)() = nullptr;
bool g_script_begun = false;

std::uintptr_t runtime() { return reinterpret_cast<std::uintptr_t>(_PyRuntime); }

// ---- code objects ----

int on_code_event(int event, PyCodeObject* code) {
    const auto address = reinterpret_cast<std::uintptr_t>(code);
    // Code that was never sampled is nearly all of it.
    if (event == kCodeDestroyed && g_named_codes.take_out(address)) g_destroyed_codes.add(address);
    return 0;
}

// ---- the module _ftscale ----

void mark_region(PyObject* name, format::RecordType type) {
    ThreadState* state = recordable();
    if (state == nullptr) return;
    long bytes = 0;
    const char* text = PyUnicode_AsUTF8AndSize(name, &bytes);
    if (text == nullptr) return PyErr_Clear();
    const Recording recording(*state);
    write_region(*state, type, text, static_cast<std::size_t>(bytes));
    write_counter_reading(*state);
}

PyObject* begin_region(PyObject*, PyObject* name) { return mark_region(name, format::RecordType::RegionBegin), none(); }
PyObject* end_region(PyObject*, PyObject* name) { return mark_region(name, format::RecordType::RegionEnd), none(); }

constexpr char kModuleSource[] = R"(
class region:
    """with region("fit"): ... marks a stretch of the run; marked stretches are measured instead of the whole script."""
    __slots__ = ("name",)

    def __init__(self, name):
        self.name = str(name)

    def __enter__(self):
        _begin(self.name)
        return self

    def __exit__(self, *exception):
        _end(self.name)
)";

int fill_module(PyObject* module) {
    PyObject* dict = PyModule_GetDict(module);
    PyObject* result = PyRun_StringFlags(kModuleSource, kRunFileInput, dict, dict, nullptr);
    if (result == nullptr) return -1;
    Py_DecRef(result);
    return 0;
}

PyObject* init_module() {
    static PyMethodDefinition methods[] = {
        {"_begin", begin_region, kMethodOneArgument, nullptr}, {"_end", end_region, kMethodOneArgument, nullptr}, {}};
    // Said in the slots: safe without the GIL, and in any interpreter. A module that did not say so would switch the
    // GIL on.
    static PyModuleSlot slots[] = {{kSlotExec, reinterpret_cast<void*>(fill_module)},
                                   {kSlotInterpreters, reinterpret_cast<void*>(2)},
                                   {kSlotGil, reinterpret_cast<void*>(1)},
                                   {0, nullptr}};
    static PyModuleDefinition definition{
        {}, nullptr, 0,     nullptr, "_ftscale", "Marks regions of a run that ftscale profiles.",
        0,  methods, slots, nullptr, nullptr,    nullptr};
    return PyModuleDef_Init(&definition);
}

// ---- the script's first and last moment ----

PyObject* script_ends(PyObject*, PyObject*) {
    g_on_script_end();
    return none();
}

/// Exit functions run last to first, behind the join of all threads: ours, registered before the script's first line,
/// is the last.
void call_at_script_end() {
    static PyMethodDefinition method{"ftscale_script_ends", script_ends, kMethodNoArguments, nullptr};
    const Reference atexit(PyImport_ImportModule("atexit"));
    const Reference function(PyCFunction_NewEx(&method, nullptr, nullptr));
    const bool ok = atexit.get() != nullptr && function.get() != nullptr;
    const Reference result(ok ? PyObject_CallMethod(atexit.get(), "register", "O", function.get()) : nullptr);
    if (result.get() == nullptr) PyErr_Clear();
}

// An audit hook makes every audited call (id(), open(), object.__getattr__ ...) build its arguments, for the process's
// whole life, and cannot be removed by any function. So we take it off the runtime's list ourselves once it has told us
// that the script begins.
struct AuditHookEntry {  // _Py_AuditHookEntry, 3.13 to 3.15
    AuditHookEntry* next;
    int (*hook)(const char*, PyObject*, void*);
    void* data;
};
AuditHookEntry** g_audit_hooks = nullptr;

int on_audit_event(const char* event, PyObject*, void*) {
    constexpr char kRun[] = "cpython.run_";
    if (g_script_begun || std::strncmp(event, kRun, sizeof(kRun) - 1) != 0) return 0;
    const char* what = event + sizeof(kRun) - 1;
    if (std::strcmp(what, "interactivehook") == 0 || std::strcmp(what, "startup") == 0) return 0;
    g_script_begun = true;
    if (g_audit_hooks != nullptr && *g_audit_hooks != nullptr && (*g_audit_hooks)->hook == on_audit_event)
        *g_audit_hooks = (*g_audit_hooks)->next;
    if (PyCode_AddWatcher(on_code_event) < 0) PyErr_Clear();
    call_at_script_end();
    watch_collections();
    find_python_slots();
    g_on_script_begin();
    return 0;
}

/// Adds the hook and finds the head of the list it went to: the word of _PyRuntime that has come to point at our entry.
void add_audit_hook() {
    const std::size_t words = g_layout.runtime_size / sizeof(std::uintptr_t);
    auto* before = static_cast<std::uintptr_t*>(std::malloc(words * sizeof(std::uintptr_t)));
    if (before != nullptr) std::memcpy(before, _PyRuntime, words * sizeof(std::uintptr_t));
    const bool added = PySys_AddAuditHook(on_audit_event, nullptr) == 0;
    for (std::size_t i = 0; added && before != nullptr && i < words; ++i) {
        const auto now = field<std::uintptr_t>(runtime(), i * sizeof(std::uintptr_t));
        AuditHookEntry entry{};
        if (now == before[i] || before[i] != 0 || !safe_read(now, entry) || entry.hook != on_audit_event) continue;
        g_audit_hooks = reinterpret_cast<AuditHookEntry**>(runtime() + i * sizeof(std::uintptr_t));
        break;
    }
    std::free(before);
}

}  // namespace

void set_up_python(void (*on_script_begin)(), void (*on_script_end)()) {
    g_on_script_begin = on_script_begin;
    g_on_script_end = on_script_end;
    PyImport_AppendInittab("_ftscale", init_module);
    add_audit_hook();
}

}  // namespace ftscale::probe

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The part of CPython's C API the probe calls, declared here rather than taken from Python.h so that one binary serves
// every supported version. All weak: in a process without Python they are null and the probe stays inert. Layouts are
// those of free-threaded builds.
#pragma once

#include <cstdint>

extern "C" {

struct PyObject;
struct PyThreadState;
struct PyCodeObject;

#define FTSCALE_WEAK __attribute__((weak))

FTSCALE_WEAK extern char _PyRuntime[];
FTSCALE_WEAK extern char PyCode_Type[];

FTSCALE_WEAK PyThreadState* PyThreadState_GetUnchecked();
FTSCALE_WEAK PyThreadState* PyGILState_GetThisThreadState();
FTSCALE_WEAK PyThreadState* PyEval_SaveThread();
FTSCALE_WEAK void PyEval_RestoreThread(PyThreadState* state);

FTSCALE_WEAK int PySys_AddAuditHook(int (*hook)(const char*, PyObject*, void*), void*);
FTSCALE_WEAK int PyImport_AppendInittab(const char* name, PyObject* (*init)());
FTSCALE_WEAK PyObject* PyImport_ImportModule(const char* name);
FTSCALE_WEAK int PyCode_AddWatcher(int (*callback)(int event, PyCodeObject* code));

FTSCALE_WEAK PyObject* PyModuleDef_Init(struct PyModuleDefinition*);
FTSCALE_WEAK PyObject* PyModule_GetDict(PyObject* module);
FTSCALE_WEAK PyObject* PyRun_StringFlags(const char* code, int start, PyObject* globals, PyObject* locals, void* flags);
FTSCALE_WEAK PyObject* PyCFunction_NewEx(struct PyMethodDefinition*, PyObject* self, PyObject* module);
FTSCALE_WEAK PyObject* PyObject_CallMethod(PyObject* object, const char* name, const char* format, ...);
FTSCALE_WEAK PyObject* PyObject_GenericGetAttr(PyObject* object, PyObject* name);
FTSCALE_WEAK PyObject* PyUnicode_FromString(const char* text);
FTSCALE_WEAK const char* PyUnicode_AsUTF8AndSize(PyObject* text, long* size);
FTSCALE_WEAK PyObject* PyImport_GetModuleDict();
FTSCALE_WEAK PyObject* PyDict_Values(PyObject* dict);
FTSCALE_WEAK PyObject* PyDict_GetItemString(PyObject* dict, const char* key);
FTSCALE_WEAK long PyList_Size(PyObject* list);
FTSCALE_WEAK PyObject* PyList_GetItemRef(PyObject* list, long index);
FTSCALE_WEAK PyObject* PyTuple_GetItem(PyObject* tuple, long index);
FTSCALE_WEAK long PyLong_AsLong(PyObject* number);
FTSCALE_WEAK PyObject* PyModule_GetNameObject(PyObject* module);
FTSCALE_WEAK struct PyModuleDefinition* PyModule_GetDef(PyObject* module);
FTSCALE_WEAK int PyType_IsSubtype(void* type, void* base);
FTSCALE_WEAK extern char PyModule_Type[];
FTSCALE_WEAK PyObject* PyObject_GetAttrString(PyObject* object, const char* name);
FTSCALE_WEAK void PyErr_Clear();
FTSCALE_WEAK PyObject* PyErr_GetRaisedException();
FTSCALE_WEAK void PyErr_SetRaisedException(PyObject* exception);
FTSCALE_WEAK void Py_IncRef(PyObject* object);
FTSCALE_WEAK void Py_DecRef(PyObject* object);
FTSCALE_WEAK extern char _Py_NoneStruct[];

/// PyObject_HEAD of a free-threaded build, for static objects.
struct PyObjectHeader {
    std::uintptr_t owner = 0;
    std::uint16_t flags =
        4;  // 3.14+: statically allocated, which 3.15 insists on for a module definition; padding in 3.13
    std::uint8_t mutex = 0;
    std::uint8_t gc_bits = 0;
    std::uint32_t local_references = 0xffffffff;  // immortal
    std::int64_t shared_references = 0;
    void* type = nullptr;
};
static_assert(sizeof(PyObjectHeader) == 32);

struct PyMethodDefinition {
    const char* name;
    PyObject* (*function)(PyObject* self, PyObject* argument);
    int flags;
    const char* documentation;
};

struct PyModuleSlot {
    int slot;
    void* value;
};

struct PyModuleDefinition {
    PyObjectHeader header;
    PyObject* (*init)();
    std::int64_t index;
    PyObject* copy;
    const char* name;
    const char* documentation;
    std::int64_t size;
    PyMethodDefinition* methods;
    PyModuleSlot* slots;
    void* traverse;
    void* clear;
    void* free;
};
}

namespace ftscale::probe {
inline constexpr int kMethodArguments = 0x0001;    // METH_VARARGS
inline constexpr int kMethodNoArguments = 0x0004;  // METH_NOARGS
inline constexpr int kMethodOneArgument = 0x0008;  // METH_O
inline constexpr int kRunFileInput = 257;          // Py_file_input
inline constexpr int kSlotExec = 2;                // Py_mod_exec
inline constexpr int kSlotInterpreters = 3;        // Py_mod_multiple_interpreters
inline constexpr int kSlotGil = 4;                 // Py_mod_gil
inline constexpr int kCodeDestroyed = 1;           // PY_CODE_EVENT_DESTROY
}  // namespace ftscale::probe

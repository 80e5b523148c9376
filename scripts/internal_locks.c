/* SPDX-FileCopyrightText: The ftscale authors
 * SPDX-License-Identifier: MIT
 *
 * Prints where the CPython whose internal headers it is compiled with keeps the locks of its runtime: a row of
 * src/account/internal_lock_rows.cpp. scripts/list-internal-locks compiles and runs it. */
#define Py_BUILD_CORE 1
#include <Python.h>
#include <stddef.h>
#include <stdio.h>

#include "internal/pycore_interp.h"
#include "internal/pycore_runtime.h"
#if PY_VERSION_HEX >= 0x030e0000
#include "internal/pycore_interp_structs.h"
#include "internal/pycore_runtime_structs.h"
#endif

#ifndef Py_GIL_DISABLED
#error "not a free-threaded build"
#endif

/* What the ranges of the table in internal_locks.cpp are made for. */
_Static_assert(sizeof(((PyInterpreterState*)0)->weakref_locks) == 127, "number of weak reference locks");
_Static_assert(sizeof(((PyInterpreterState*)0)->brc.table) == 257 * 24, "buckets of the merge queues");

/* One row, broken into lines that fit the table's file. */
static int column = 0;
static void print_field(const char* name, size_t value) {
    char text[64];
    const int length = snprintf(text, sizeof text, ".%s = %zu", name, value);
    const int fits = column + length + 2 <= 116;
    column = (fits ? column + 1 : 5) + length + 1;
    printf(fits ? ", %s" : ",\n     %s", text);
}

#define PRINT(name, value) print_field(#name, (size_t)(value))
#define RUNTIME(name, member) PRINT(name, offsetof(_PyRuntimeState, member))
#define INTERPRETER(name, member) PRINT(name, offsetof(PyInterpreterState, member))

static void print_fingerprint(void) {
    const unsigned version = PY_VERSION_HEX;
    column = printf("    {.first_version = 0x%08x, .last_version = 0x%08x", version, version);
    PRINT(runtime_size, sizeof(_PyRuntimeState));
    PRINT(interpreter_size, sizeof(PyInterpreterState));
    PRINT(thread_state_size, sizeof(PyThreadState));
    RUNTIME(interpreter, _main_interpreter);
}

static void print_runtime_locks(void) {
    RUNTIME(thread_list, interpreters.mutex);
    RUNTIME(allocators, allocators.mutex);
    RUNTIME(extensions, imports.extensions.mutex);
    RUNTIME(main_pending_calls, ceval.pending_mainthread.mutex);
#if PY_VERSION_HEX >= 0x030e0000 /* before, a pointer to a semaphore */
    RUNTIME(tracemalloc, tracemalloc.tables_lock);
#endif
    RUNTIME(stop_all, stoptheworld_mutex);
    RUNTIME(stop_all_mutex, stoptheworld.mutex);
    RUNTIME(stop_all_event, stoptheworld.stop_event);
    RUNTIME(unicode_ids, unicode_state.ids.mutex);
}

static void print_interpreter_locks(void) {
    INTERPRETER(pending_calls, ceval.pending.mutex);
#if PY_VERSION_HEX >= 0x030e0000 && PY_VERSION_HEX < 0x030f0000
    INTERPRETER(collection_threshold, gc.mutex);
#endif
#if PY_VERSION_HEX >= 0x030f0000
    INTERPRETER(lazy_imports, imports.lazy_mutex);
#endif
    INTERPRETER(import, imports.lock);
    INTERPRETER(gil_cond, _gil.cond);
    INTERPRETER(gil_mutex, _gil.mutex);
    INTERPRETER(gil_switch_cond, _gil.switch_cond);
    INTERPRETER(gil_switch_mutex, _gil.switch_mutex);
    INTERPRETER(codecs, codecs.search_path_mutex);
#if PY_VERSION_HEX >= 0x030e0000
    INTERPRETER(warnings, warnings.lock);
#else
    INTERPRETER(warnings, warnings.mutex);
#endif
    INTERPRETER(stop_mutex, stoptheworld.mutex);
    INTERPRETER(stop_event, stoptheworld.stop_event);
    INTERPRETER(qsbr, qsbr.mutex);
    INTERPRETER(merge_queue, brc.table);
#if PY_VERSION_HEX >= 0x030e0000
    INTERPRETER(unique_ids, unique_ids.mutex);
#endif
    INTERPRETER(weak_references, weakref_locks);
#if PY_VERSION_HEX >= 0x030e0000
    INTERPRETER(thread_local_bytecode, tlbc_indices.mutex);
    INTERPRETER(asyncio_tasks, asyncio_tasks_lock);
#endif
    INTERPRETER(function_versions, func_state.mutex);
    INTERPRETER(code_constants, code_state.mutex);
    INTERPRETER(delayed_frees, mem_free_queue.mutex);
    INTERPRETER(type, types.mutex);
#if PY_VERSION_HEX >= 0x030e0000
    INTERPRETER(interned_strings, cached_objects.interned_mutex);
#endif
#if PY_VERSION_HEX >= 0x030f0000
    INTERPRETER(descriptors, cached_objects.descriptor_mutex);
#endif
}

int main(void) {
    printf("    // %s\n", PY_VERSION);
    print_fingerprint();
    print_runtime_locks();
    print_interpreter_locks();
    printf("},\n");
    return 0;
}

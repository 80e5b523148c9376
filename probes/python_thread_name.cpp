// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Before 3.14 the operating system is not told a thread's name. But the thread that calls pthread_create is, for a
// threading.Thread, inside Thread.start, whose first local variable is the Thread: its name is there to be asked for.
#include "python_thread_name.h"

#include <cstdint>
#include <cstring>

#include "globals.h"
#include "object_field.h"
#include "python_api.h"

namespace ftscale::probe {
namespace {

bool is_text(std::uintptr_t text, const char* expected) {
    const std::size_t length = std::strlen(expected);
    return static_cast<std::size_t>(field<std::int64_t>(text, g_layout.text_length)) == length &&
           std::memcmp(reinterpret_cast<const void*>(text + g_layout.text_ascii_data), expected, length) == 0;
}

/// The Thread object whose start() is the calling thread's innermost Python frame; null when it is not.
PyObject* starting_thread(std::uintptr_t thread_state) {
    const auto frame = field<std::uintptr_t>(thread_state, g_layout.thread_frame);
    if (frame == 0 || field<char>(frame, g_layout.frame_owner) >= kFirstShimOwner) return nullptr;
    const std::uintptr_t code = field<std::uintptr_t>(frame, g_layout.frame_executable) & ~kReferenceTag;
    if (!is_text(field<std::uintptr_t>(code, g_layout.code_qualname), "Thread.start")) return nullptr;
    return reinterpret_cast<PyObject*>(field<std::uintptr_t>(frame, g_layout.frame_locals) & ~kReferenceTag);
}

void copy_text(PyObject* text, char* out, std::size_t capacity) {
    long length = 0;
    const char* utf8 = PyUnicode_AsUTF8AndSize(text, &length);
    if (utf8 == nullptr) return PyErr_Clear();
    std::size_t bytes =
        static_cast<std::size_t>(length) < capacity - 1 ? static_cast<std::size_t>(length) : capacity - 1;
    while (bytes > 0 && bytes < static_cast<std::size_t>(length) && (utf8[bytes] & 0xc0) == 0x80)
        --bytes;  // no half character
    std::memcpy(out, utf8, bytes);
    out[bytes] = 0;
}

}  // namespace

void name_of_starting_thread(char* out, std::size_t capacity) {
    out[0] = 0;
    const auto thread_state = reinterpret_cast<std::uintptr_t>(PyThreadState_GetUnchecked());
    if (thread_state == 0) return;
    PyObject* thread = starting_thread(thread_state);
    if (thread == nullptr) return;
    PyObject* attribute = PyUnicode_FromString("_name");
    if (attribute == nullptr) return PyErr_Clear();
    // The generic look-up: a subclass's __getattribute__ must not run here.
    PyObject* name = PyObject_GenericGetAttr(thread, attribute);
    Py_DecRef(attribute);
    if (name == nullptr) return PyErr_Clear();
    copy_text(name, out, capacity);
    Py_DecRef(name);
}

}  // namespace ftscale::probe

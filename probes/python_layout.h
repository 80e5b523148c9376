// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Where CPython keeps what the probe reads. Filled once from `_Py_DebugOffsets`, the table every interpreter carries at
// the start of
// `_PyRuntime` for out-of-process tools; the few facts that table leaves out are constants here, each with the versions
// it was checked against. The only file that knows one version from another.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ftscale::probe {

struct PythonLayout {
    std::uint32_t version = 0;  // PY_VERSION_HEX
    std::size_t runtime_size = 0, interpreter_size = 0, thread_state_size = 0;
    std::size_t interpreters_main = 0;  // offset in _PyRuntime of the head of the interpreter list
    std::size_t interpreter_gil = 0, gil_enabled = 0;
    std::size_t thread_frame = 0;
    std::size_t thread_chunk = 0;  // datastack_chunk
    std::size_t frame_previous = 0, frame_executable = 0, frame_instruction = 0, frame_owner = 0, frame_locals = 0;
    std::size_t frame_bytecode_index = 0;  // 0: the version has no per-thread bytecode (3.13)
    std::size_t code_filename = 0, code_name = 0, code_qualname = 0, code_linetable = 0, code_first_line = 0,
                code_bytecode = 0;
    std::size_t code_thread_bytecode = 0;  // co_tlbc
    std::size_t object_type = 0, type_name = 0, type_flags = 0;
    std::size_t bytes_size = 0, bytes_data = 0;
    std::size_t text_state = 0, text_length = 0, text_ascii_data = 0, text_data = 0;
    unsigned text_kind_shift = 0;     // in the state word: kind (3 bits), compact, ascii follow
    std::size_t module_name = 0;      // md_name
    std::size_t module_gil = 0;       // where a module says whether it needs the GIL
    bool module_gil_is_flag = false;  // a bool that says it does; else a pointer that is null where it does
};

enum class LayoutResult { Ok, NotFreeThreaded, UnknownVersion };

/// Reads the table at `runtime` (&_PyRuntime). Works before the interpreter is initialised: the table is static data.
LayoutResult load_layout(const char* runtime, PythonLayout& layout);

// Facts beside the table, the same in 3.13, 3.14 and 3.15 free-threaded builds.
inline constexpr std::size_t kObjectMutexOffset = 10;       // PyObject.ob_mutex
inline constexpr std::size_t kOwnerOffset = 0;              // ob_tid
inline constexpr std::size_t kLocalReferencesOffset = 12;   // ob_ref_local
inline constexpr std::size_t kHeaderBytes = 32;             // PyObject_HEAD
inline constexpr std::uint32_t kImmortal = 0xffffffff;      // ob_ref_local of an immortal object
inline constexpr std::size_t kFirstFieldOffset = 32;        // im_func, m_ml, cm_callable: behind the header
inline constexpr std::size_t kFunctionQualnameOffset = 56;  // func_qualname
inline constexpr std::size_t kDescriptorNameOffset = 40, kDescriptorQualnameOffset = 48;  // d_name, d_qualname
inline constexpr std::size_t kLockMutexOffset = 32;  // first field behind the header: Lock, RLock (3.14+), SimpleQueue
inline constexpr std::size_t kChunkPreviousOffset = 0, kChunkBytesOffset = 8;  // _PyStackChunk: previous, size
inline constexpr char kThreadOwner = 0;     // FRAME_OWNED_BY_THREAD: in a chunk of the thread's data stack
inline constexpr char kFirstShimOwner = 3;  // frame owners from here on mark the entry of an evaluation loop
inline constexpr std::uint64_t kTypeSubclassFlag = std::uint64_t{1} << 31;  // Py_TPFLAGS_TYPE_SUBCLASS
inline constexpr std::uint64_t kTypeReadyFlag = std::uint64_t{1} << 12;     // Py_TPFLAGS_READY
inline constexpr std::uintptr_t kReferenceTag = 3;                          // low bits of a _PyStackRef

}  // namespace ftscale::probe

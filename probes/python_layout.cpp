// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "python_layout.h"

#include <cstring>

namespace ftscale::probe {
namespace {

// _Py_DebugOffsets as each version declares it (Include/internal/pycore_runtime.h in 3.13, pycore_debug_offsets.h
// after): groups of 64-bit offsets, of which only the groups' lengths differ. The table has no size tags, so the
// version picks the shape.
struct Shape {
    // Index (in 64-bit words from the start of the table) of each group.
    std::size_t runtime, interpreter, thread, frame, code, object, type, bytes, text;
    std::size_t interpreter_gil, gil_enabled;  // index within the interpreter group
};

constexpr Shape kShape313 = {3, 6, 19, 28, 34, 44, 46, 64, 67, 8, 10};
constexpr Shape kShape314 = {3, 6, 22, 31, 39, 50, 52, 74, 77, 9, 11};
constexpr Shape kShape315 = {3, 6, 22, 39, 47, 58, 60, 86, 89, 9, 11};

const Shape* shape_of(std::uint32_t version) {
    switch (version >> 16) {
        case 0x030d:
            return &kShape313;
        case 0x030e:
            return &kShape314;
        case 0x030f:
            return &kShape315;
        default:
            return nullptr;
    }
}

void read_frames(const std::uint64_t* table, const Shape& shape, PythonLayout& layout) {
    const std::uint64_t* frame =
        table + shape.frame;  // size previous executable instr_ptr localsplus owner [stackpointer tlbc_index]
    layout.frame_previous = frame[1];
    layout.frame_executable = frame[2];
    layout.frame_instruction = frame[3];
    layout.frame_locals = frame[4];
    layout.frame_owner = frame[5];
    const std::uint64_t* code =
        table + shape.code;  // size filename name qualname linetable firstlineno ... co_code_adaptive [co_tlbc]
    layout.code_filename = code[1];
    layout.code_name = code[2];
    layout.code_qualname = code[3];
    layout.code_linetable = code[4];
    layout.code_first_line = code[5];
    layout.code_bytecode = code[9];
    if (layout.version >= 0x030e0000) {
        layout.frame_bytecode_index = frame[7];
        layout.code_thread_bytecode = code[10];
    }
}

void read_objects(const std::uint64_t* table, const Shape& shape, PythonLayout& layout) {
    layout.object_type = table[shape.object + 1];
    layout.type_name = table[shape.type + 1];
    layout.type_flags = table[shape.type + 3];
    layout.bytes_size = table[shape.bytes + 1];
    layout.bytes_data = table[shape.bytes + 2];
    layout.text_state = table[shape.text + 1];
    layout.text_length = table[shape.text + 2];
    layout.text_ascii_data = table[shape.text + 3];
    layout.text_data = layout.text_ascii_data + 16;  // PyCompactUnicodeObject adds utf8_length and utf8
    // `interned` is two bits in 3.13 and a byte of its own from 3.14 on.
    layout.text_kind_shift = layout.version >= 0x030e0000 ? 8 : 2;
    // PyModuleObject in Include/internal/pycore_moduleobject.h: 3.15 lost md_def and made md_gil a flag.
    layout.module_gil_is_flag = layout.version >= 0x030f0000;
    layout.module_name = layout.module_gil_is_flag ? 56 : 64;
    layout.module_gil = layout.module_gil_is_flag ? 65 : 72;
}

}  // namespace

LayoutResult load_layout(const char* runtime, PythonLayout& layout) {
    if (std::memcmp(runtime, "xdebugpy", 8) != 0) return LayoutResult::UnknownVersion;
    const auto* table = reinterpret_cast<const std::uint64_t*>(runtime);
    layout.version = static_cast<std::uint32_t>(table[1]);
    const Shape* shape = shape_of(layout.version);
    if (shape == nullptr) return LayoutResult::UnknownVersion;
    if (table[2] == 0) return LayoutResult::NotFreeThreaded;
    layout.runtime_size = table[shape->runtime];
    layout.interpreters_main = table[shape->runtime + 2];
    layout.interpreter_size = table[shape->interpreter];
    layout.interpreter_gil = table[shape->interpreter + shape->interpreter_gil];
    layout.gil_enabled = table[shape->interpreter + shape->gil_enabled];
    layout.thread_state_size = table[shape->thread];
    layout.thread_frame = table[shape->thread + 4];  // size prev next interp current_frame ...
    // ... [base_frame last_profiled_frame last_profiled_frame_seq] thread_id native_thread_id datastack_chunk
    layout.thread_chunk = table[shape->thread + (layout.version < 0x030f0000 ? 7 : 10)];
    read_frames(table, *shape, layout);
    read_objects(table, *shape, layout);
    return LayoutResult::Ok;
}

}  // namespace ftscale::probe

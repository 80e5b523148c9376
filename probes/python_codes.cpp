// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "python_codes.h"

#include <cstring>
#include <iterator>

#include "destroyed_codes.h"
#include "globals.h"
#include "object_field.h"
#include "python_api.h"
#include "python_text.h"
#include "safe_read.h"

namespace ftscale::probe {
namespace {

// Longer is cut: no name that people read, and no line that they look for, is lost.
constexpr std::size_t kMostNameCharacters = 4096;
constexpr std::size_t kMostLinetableBytes = 1 << 20;

struct Text {
    std::uintptr_t data;
    unsigned kind;
    std::size_t length;

    std::size_t utf8(std::byte* out) const {
        return utf8_of(reinterpret_cast<const std::byte*>(data), kind, length, out);
    }
};

/// All in memory that can be read.
struct CodeNames {
    Text name, qualname, filename;
    std::uintptr_t linetable;
    std::size_t linetable_bytes;
};

bool can_be_object(std::uintptr_t address) {
    return address != 0 && address % sizeof(void*) == 0 && address < kAddressEnd;
}

/// The object must be readable.
Text text_of(std::uintptr_t object) {
    const TextShape shape = text_shape(reinterpret_cast<const std::byte*>(object));
    return {object + shape.data_offset, shape.kind,
            shape.length < kMostNameCharacters ? shape.length : kMostNameCharacters};
}

bool is_code(std::uintptr_t code) {
    const Stretch whole{code, g_layout.code_bytecode};
    return can_be_object(code) && are_readable(&whole, 1) &&
           field<std::uintptr_t>(code, g_layout.object_type) == reinterpret_cast<std::uintptr_t>(PyCode_Type);
}

/// What a code object is called never changes while it lives, and it is on this thread's own frame list. Yet nothing is
/// read before it was asked for: each question costs as much as reading all of it, so there are as few as can be.
bool find_names(std::uintptr_t code, CodeNames& names) {
    const auto name = field<std::uintptr_t>(code, g_layout.code_name);
    const auto qualname = field<std::uintptr_t>(code, g_layout.code_qualname);
    const auto filename = field<std::uintptr_t>(code, g_layout.code_filename);
    const auto linetable = field<std::uintptr_t>(code, g_layout.code_linetable);
    for (const std::uintptr_t object : {name, qualname, filename, linetable})
        if (!can_be_object(object)) return false;
    const Stretch headers[] = {{name, g_layout.text_data},
                               {qualname, g_layout.text_data},
                               {filename, g_layout.text_data},
                               {linetable, g_layout.bytes_data}};
    if (!are_readable(headers, std::size(headers))) return false;
    const auto bytes = static_cast<std::size_t>(field<std::int64_t>(linetable, g_layout.bytes_size));
    names = {text_of(name), text_of(qualname), text_of(filename), linetable + g_layout.bytes_data,
             bytes <= kMostLinetableBytes ? bytes : 0};
    const Stretch data[] = {{names.name.data, names.name.length * names.name.kind},
                            {names.qualname.data, names.qualname.length * names.qualname.kind},
                            {names.filename.data, names.filename.length * names.filename.kind},
                            {names.linetable, names.linetable_bytes}};
    return are_readable(data, std::size(data));
}

bool write_code(ThreadState& state, std::uintptr_t code, const CodeNames& names, std::uint32_t id) {
    format::Code record{};
    record.address = code;
    record.id = id;
    record.first_line = static_cast<std::uint32_t>(field<std::int32_t>(code, g_layout.code_first_line));
    record.name_bytes = static_cast<std::uint32_t>(names.name.utf8(nullptr));
    record.qualname_bytes = static_cast<std::uint32_t>(names.qualname.utf8(nullptr));
    record.filename_bytes = static_cast<std::uint32_t>(names.filename.utf8(nullptr));
    record.linetable_bytes = static_cast<std::uint32_t>(names.linetable_bytes);
    const std::size_t bytes =
        sizeof(record) + record.name_bytes + record.qualname_bytes + record.filename_bytes + record.linetable_bytes;
    std::byte* out = state.stream.begin(format::RecordType::Code, now_ns(), bytes);
    if (out == nullptr) return false;
    std::memcpy(out, &record, sizeof(record));
    out += sizeof(record);
    out += names.name.utf8(out);
    out += names.qualname.utf8(out);
    out += names.filename.utf8(out);
    std::memcpy(out, reinterpret_cast<const void*>(names.linetable), names.linetable_bytes);
    state.stream.commit();
    return true;
}

BytecodeCopy& known_copy(ThreadState& state, std::uintptr_t code) {
    return state.bytecode_copies[(code >> 4 ^ code >> 14) % std::size(state.bytecode_copies)];
}

/// Where the copy of a code's bytecode with this index is; 0 when there is none. The list of copies gives way to a
/// longer one while other threads look.
std::uintptr_t find_copy(std::uintptr_t code, std::int32_t index) {
    std::uintptr_t copies = 0, copy = 0;  // {Py_ssize_t size; char* entries[]}
    std::int64_t size = 0;
    if (!safe_read(code + g_layout.code_thread_bytecode, copies) || copies == 0 || !safe_read(copies, size) ||
        index >= size)
        return 0;
    return safe_read(copies + sizeof(std::uintptr_t) * (1 + static_cast<std::size_t>(index)), copy) ? copy : 0;
}

/// From 3.14 on each thread but the first runs a copy of its own.
std::uintptr_t bytecode_of(ThreadState& state, const PythonFrame& frame) {
    const std::uintptr_t own = frame.code + g_layout.code_bytecode;
    if (frame.bytecode_copy <= 0) return own;
    BytecodeCopy& known = known_copy(state, frame.code);
    if (known.code == frame.code && known.index == frame.bytecode_copy) return known.begin;
    const std::uintptr_t begin = find_copy(frame.code, frame.bytecode_copy);
    if (begin == 0) return own;
    known = {frame.code, begin, frame.bytecode_copy};
    return begin;
}

void forget_all_codes(ThreadState& state) {
    state.codes.clear();
    std::memset(static_cast<void*>(state.bytecode_copies), 0, sizeof(state.bytecode_copies));
}

void forget_code(ThreadState& state, std::uintptr_t code) {
    state.codes.erase(code);
    BytecodeCopy& copy = known_copy(state, code);
    if (copy.code == code) copy = {};
}

}  // namespace

std::uint32_t code_id(ThreadState& state, std::uintptr_t code) {
    if (const std::uint32_t known = state.codes.find(code)) return known;
    CodeNames names{};
    if (!is_code(code) || !find_names(code, names)) return 0;
    const std::uint32_t id = state.next_code_id;
    // Before the record is written: a code destroyed from here on is a code that was named.
    g_named_codes.add(code);
    if (!write_code(state, code, names, id)) return 0;
    ++state.next_code_id;
    state.codes.insert(code, id);
    return id;
}

std::uint32_t instruction_offset(ThreadState& state, const PythonFrame& frame) {
    const std::uintptr_t bytecode = bytecode_of(state, frame);
    return frame.where > bytecode ? static_cast<std::uint32_t>(frame.where - bytecode) : 0;
}

void forget_destroyed_codes(ThreadState& state) {
    const std::uint32_t count = g_destroyed_codes.count();
    if (count - state.destroyed_codes > DestroyedCodes::kKept) forget_all_codes(state);
    for (std::uint32_t i = state.destroyed_codes; i != count && count - i <= DestroyedCodes::kKept; ++i) {
        const std::uintptr_t code = g_destroyed_codes.at(i);
        if (code == 0) {
            forget_all_codes(state);
            break;
        }
        forget_code(state, code);
    }
    state.destroyed_codes = count;
}

}  // namespace ftscale::probe

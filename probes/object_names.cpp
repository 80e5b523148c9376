// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "object_names.h"

#include "globals.h"
#include "python_text.h"
#include "safe_read.h"

namespace ftscale::probe {
namespace {

constexpr std::size_t kMaxName = 256;

/// A str object's characters; 0 when it cannot be read.
std::size_t text_at(std::uintptr_t text, char (&out)[kMaxName]) {
    std::byte header[64];  // more than the largest str header
    if (text == 0 || text % 8 != 0 || !safe_read(text, header, g_layout.text_data)) return 0;
    const TextShape shape = text_shape(header);
    // Wide characters take up to four bytes, here and in UTF-8.
    std::byte characters[kMaxName];
    std::size_t length = shape.length;
    // Divided, not multiplied: in memory that has changed the length may be anything.
    if (length > sizeof(characters) / shape.kind) length = sizeof(characters) / shape.kind;
    if (!safe_read(text + shape.data_offset, characters, length * shape.kind)) return 0;
    const std::size_t bytes = utf8_of(characters, shape.kind, length, nullptr);
    if (bytes > sizeof(out)) return 0;
    utf8_of(characters, shape.kind, length, reinterpret_cast<std::byte*>(out));
    return bytes;
}

std::size_t text_field(std::uintptr_t object, std::size_t offset, char (&out)[kMaxName]) {
    std::uintptr_t text = 0;
    return safe_read(object + offset, text) ? text_at(text, out) : 0;
}

std::size_t c_string_field(std::uintptr_t object, std::size_t offset, char (&out)[kMaxName]) {
    std::uintptr_t text = 0;
    return safe_read(object + offset, text) && text != 0 ? safe_read_string(text, out, sizeof(out)) : 0;
}

/// The name of the function an object's first field points to, where it is a Python function.
std::size_t wrapped_name(ThreadState& state, std::uintptr_t object, char (&out)[kMaxName]) {
    std::uintptr_t function = 0, type = 0;
    const bool is_function = safe_read(object + kFirstFieldOffset, function) && function % 8 == 0 &&
                             safe_read(function + g_layout.object_type, type) &&
                             kind_of_type(state, type) == TypeKind::Function;
    return is_function ? text_field(function, kFunctionQualnameOffset, out) : 0;
}

std::size_t name_of(ThreadState& state, std::uintptr_t object, TypeKind kind, char (&out)[kMaxName]) {
    std::uintptr_t definition = 0;
    switch (kind) {
        case TypeKind::Function:
            return text_field(object, kFunctionQualnameOffset, out);
        case TypeKind::Method:
        case TypeKind::FunctionWrapper:
            return wrapped_name(state, object, out);
        case TypeKind::CFunction:
            // m_ml, whose first field is ml_name.
            return safe_read(object + kFirstFieldOffset, definition) ? c_string_field(definition, 0, out) : 0;
        case TypeKind::Descriptor: {
            const std::size_t length = text_field(object, kDescriptorQualnameOffset, out);
            return length != 0 ? length : text_field(object, kDescriptorNameOffset, out);
        }
        case TypeKind::Module:
            return text_field(object, g_layout.module_name, out);
        case TypeKind::Code:
            return text_field(object, g_layout.code_qualname, out);
        case TypeKind::Metatype:
            return c_string_field(object, g_layout.type_name, out);
        default:
            return 0;
    }
}

}  // namespace

void name_object(ThreadState& state, std::uintptr_t object, std::uintptr_t type, TypeKind kind) {
    if (kind == TypeKind::NotAType || kind == TypeKind::Other || kind == TypeKind::Lock) return;
    // An address may be used again, by an object of the same type too: names are for people, who look at those that
    // stay.
    const auto mark = static_cast<std::uint32_t>(type >> 4) | 1;
    if (state.named_objects.find(object) == mark) return;
    state.named_objects.insert(object, mark);
    char name[kMaxName];
    const std::size_t length = name_of(state, object, kind, name);
    if (length == 0) return;
    const format::Object record{object, type, static_cast<std::uint32_t>(length), 0};
    state.stream.write_with_text(format::RecordType::Object, record, name, length);
}

}  // namespace ftscale::probe

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "object_types.h"

#include <cstring>
#include <iterator>

#include "globals.h"
#include "object_names.h"
#include "python_text.h"
#include "safe_read.h"

namespace ftscale::probe {
namespace {

constexpr std::size_t kMaxTypeName = 256;

/// A type's type is a type.
bool is_type(std::uintptr_t type, std::uint64_t& flags) {
    std::uintptr_t metatype = 0;
    std::uint64_t meta_flags = 0;
    return type % 8 == 0 && safe_read(type + g_layout.object_type, metatype) &&
           safe_read(type + g_layout.type_flags, flags) && (flags & kTypeReadyFlag) != 0 && metatype % 8 == 0 &&
           safe_read(metatype + g_layout.type_flags, meta_flags) && (meta_flags & kTypeSubclassFlag) != 0;
}

bool type_name(std::uintptr_t type, char (&name)[kMaxTypeName], std::size_t& length) {
    std::uintptr_t text = 0;
    if (!safe_read(type + g_layout.type_name, text)) return false;
    length = safe_read_string(text, name, sizeof(name));
    // Memory may look like a type and hold an address of anything where its name should be.
    return can_be_name(name, length);
}

void write_type(ThreadState& state, std::uintptr_t type, const char* name, std::size_t length) {
    const format::Type record{type, static_cast<std::uint32_t>(length), 0};
    state.stream.write_with_text(format::RecordType::Type, record, name, length);
}

TypeKind kind_by_name(const char* name) {
    struct Entry {
        const char* name;
        TypeKind kind;
    };
    static constexpr Entry kEntries[] = {
        {"_thread.lock", TypeKind::Lock},
        {"_thread.RLock", TypeKind::Lock},
        {"_queue.SimpleQueue", TypeKind::Lock},
        {"function", TypeKind::Function},
        {"method", TypeKind::Method},
        {"builtin_function_or_method", TypeKind::CFunction},
        {"method_descriptor", TypeKind::Descriptor},
        {"wrapper_descriptor", TypeKind::Descriptor},
        {"getset_descriptor", TypeKind::Descriptor},
        {"member_descriptor", TypeKind::Descriptor},
        {"classmethod_descriptor", TypeKind::Descriptor},
        {"classmethod", TypeKind::FunctionWrapper},
        {"staticmethod", TypeKind::FunctionWrapper},
        {"module", TypeKind::Module},
        {"code", TypeKind::Code},
    };
    for (const Entry& entry : kEntries)
        if (std::strcmp(entry.name, name) == 0) return entry.kind;
    return TypeKind::Other;
}

}  // namespace

TypeKind kind_of_type(ThreadState& state, std::uintptr_t type) {
    if (const std::uint32_t known = state.types.find(type)) return static_cast<TypeKind>(known);
    // Registers hold the same rubbish again and again: asking once is enough.
    std::uintptr_t& rejected = state.not_types[(type >> 4) % std::size(state.not_types)];
    if (rejected == type) return TypeKind::NotAType;
    char name[kMaxTypeName];
    std::size_t length = 0;
    std::uint64_t flags = 0;
    const bool on_stack = type >= state.bounds.low && type < state.bounds.high;
    if (on_stack || !is_type(type, flags) || !type_name(type, name, length)) {
        rejected = type;
        return TypeKind::NotAType;
    }
    const TypeKind kind = (flags & kTypeSubclassFlag) != 0 ? TypeKind::Metatype : kind_by_name(name);
    write_type(state, type, name, length);
    state.types.insert(type, static_cast<std::uint32_t>(kind));
    return kind;
}

void find_lock_object(ThreadState& state, std::uintptr_t lock_address, std::uint64_t& object,
                      std::uint64_t& object_type) {
    // Objects are 16-aligned: the low bits tell a critical section (header's mutex) from a lock object's own field.
    const bool header_mutex = lock_address % 16 == kObjectMutexOffset;
    if (!header_mutex && lock_address % 16 != kLockMutexOffset % 16) return;
    const std::uintptr_t candidate = lock_address - (header_mutex ? kObjectMutexOffset : kLockMutexOffset);
    std::uintptr_t type = 0;
    if (!safe_read(candidate + g_layout.object_type, type)) return;
    const TypeKind kind = kind_of_type(state, type);
    if (kind == TypeKind::NotAType || (!header_mutex && kind != TypeKind::Lock)) return;
    object = candidate;
    object_type = type;
    name_object(state, candidate, type, kind);
}

}  // namespace ftscale::probe

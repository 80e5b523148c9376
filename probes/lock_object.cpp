// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "lock_object.h"

#include <cstring>

#include "globals.h"
#include "safe_read.h"

namespace ftscale::probe {
namespace {

constexpr std::size_t kMaxTypeName = 256;

/// A type's type is a type: what separates an object from memory that merely looks like one.
bool is_type(std::uintptr_t type) {
    std::uintptr_t metatype = 0;
    std::uint64_t flags = 0, meta_flags = 0;
    return type % 8 == 0 && safe_read(type + g_layout.object_type, metatype) &&
           safe_read(type + g_layout.type_flags, flags) && (flags & kTypeReadyFlag) != 0 && metatype % 8 == 0 &&
           safe_read(metatype + g_layout.type_flags, meta_flags) && (meta_flags & kTypeSubclassFlag) != 0;
}

bool type_name(std::uintptr_t type, char (&name)[kMaxTypeName], std::size_t& length) {
    std::uintptr_t text = 0;
    if (!safe_read(type + g_layout.type_name, text)) return false;
    length = safe_read_string(text, name, sizeof(name));
    return length != 0;
}

void write_type(ThreadState& state, std::uintptr_t type, const char* name, std::size_t length) {
    const format::Type record{type, static_cast<std::uint32_t>(length), 0};
    std::byte* out = state.stream.begin(format::RecordType::Type, now_ns(), sizeof(record) + length);
    if (out == nullptr) return;
    std::memcpy(out, &record, sizeof(record));
    std::memcpy(out + sizeof(record), name, length);
    state.stream.commit();
}

constexpr std::uint32_t kAnyType = 1, kLockType = 2;

/// kAnyType, kLockType, or 0 for what is not a type.
std::uint32_t classify_type(ThreadState& state, std::uintptr_t type) {
    if (const std::uint32_t known = state.types.find(type)) return known;
    char name[kMaxTypeName];
    std::size_t length = 0;
    if (!is_type(type) || !type_name(type, name, length)) return 0;
    // The types whose first field is the byte that waiters wait on.
    const bool lock = std::strcmp(name, "_thread.lock") == 0 || std::strcmp(name, "_thread.RLock") == 0 ||
                      std::strcmp(name, "_queue.SimpleQueue") == 0;
    const std::uint32_t kind = lock ? kLockType : kAnyType;
    write_type(state, type, name, length);
    state.types.insert(type, kind);
    return kind;
}

}  // namespace

void find_lock_object(ThreadState& state, std::uintptr_t lock_address, std::uint64_t& object,
                      std::uint64_t& object_type) {
    // Objects are 16-aligned: the low bits tell a critical section (header's mutex) from a lock object's own field.
    const bool header_mutex = lock_address % 16 == kObjectMutexOffset;
    if (!header_mutex && lock_address % 16 != kLockMutexOffset % 16) return;
    const std::uintptr_t candidate = lock_address - (header_mutex ? kObjectMutexOffset : kLockMutexOffset);
    std::uintptr_t type = 0;
    if (!safe_read(candidate + g_layout.object_type, type)) return;
    const std::uint32_t kind = classify_type(state, type);
    if (kind == 0 || (!header_mutex && kind != kLockType)) return;
    object = candidate;
    object_type = type;
}

}  // namespace ftscale::probe

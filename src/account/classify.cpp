// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/classify.h"

#include <string_view>

#include "account/object_layout.h"

namespace ftscale::account {
namespace {

using format::WaitKind;
using recording::TypeId;
using recording::Wait;

// Offsets of the lock in its object, the same in 3.13, 3.14 and 3.15 on 64-bit machines.
constexpr std::uint64_t kPythonLockOffset = 32;    // _thread.lock, 3.14's _thread.RLock, SimpleQueue's waiters
constexpr std::uint64_t kDictKeysAlignment = 0xb;  // dk_mutex is at keys + 11, and keys are 16-aligned

bool contains(std::uint64_t begin, std::uint64_t size, std::uint64_t address) {
    return begin != 0 && address >= begin && address - begin < size;
}

Classified starved() { return {Category::Starved, std::nullopt, false}; }
Classified lock(LockKind kind, LockLabel label, std::uint64_t address, TypeId type = TypeId::None) {
    return {Category::LockWait, LockKey{kind, label, type, address}, false};
}
Classified internal(InternalLock which, std::uint64_t address) {
    return {Category::LockWait, LockKey{LockKind::Internal, {}, TypeId::None, address, which}, false};
}
/// One lock for the process: who waits and who stops matters, not which of its fields was waited on.
Classified stopped_world() {
    return {Category::StopTheWorld, LockKey{LockKind::StopTheWorld, {}, TypeId::None, 0}, false};
}
Classified gil() { return {Category::Gil, LockKey{LockKind::Gil, {}, TypeId::None, 0}, false}; }

}  // namespace

Classified Classifier::classify(const Wait& wait) const {
    if (format::is_sleep(wait.kind)) return {Category::Sleep, std::nullopt, false};
    if (format::is_io(wait.kind)) return {Category::Io, std::nullopt, false};
    switch (wait.kind) {
        case WaitKind::SemWait:
        case WaitKind::SemTimedWait:
            return wait.lock_address != 0 ? parking_lot(wait) : semaphore(wait);
        case WaitKind::MutexLock:
            return is_gil(wait.address) ? gil() : pthread_lock(wait, LockLabel::PthreadMutex);
        case WaitKind::RwlockRead:
        case WaitKind::RwlockWrite:
            return pthread_lock(wait, LockLabel::PthreadRwlock);
        case WaitKind::Futex:
            return pthread_lock(wait, LockLabel::Futex);
        case WaitKind::CondWait:
        case WaitKind::CondTimedWait:
            return is_gil(wait.address) ? gil() : starved();
        default:
            return starved();  // joins and barriers
    }
}

Classified Classifier::parking_lot(const Wait& wait) const {
    if (inside_thread_state(wait)) {
        Classified classified = stopped_world();
        classified.stopped = true;
        return classified;
    }
    // Before objects: the type lock, for one, is taken as if it were an object's.
    if (inside_runtime(wait.lock_address)) return runtime_field(wait);
    if (wait.object != 0) return object_field(wait);
    const StackTraits& traits = sites_.traits(wait.stack);
    if (traits.has(FrameRole::StopTheWorld)) return stopped_world();
    if (traits.has(FrameRole::Event)) return starved();
    // CPython tells when the slow path was entered for mutexes only, not for events: joins, start of a thread.
    const bool is_mutex = wait.entered_ns != 0 || traits.has(FrameRole::PyMutex);
    if (!is_mutex) return starved();
    if (traits.has(FrameRole::BufferedIo)) return lock(LockKind::Internal, LockLabel::BufferedIo, wait.lock_address);
    const bool keys = (wait.lock_address & 0xf) == kDictKeysAlignment;
    return lock(LockKind::Internal, keys ? LockLabel::DictKeys : LockLabel::Mutex, wait.lock_address);
}

Classified Classifier::object_field(const Wait& wait) const {
    const auto type = static_cast<std::size_t>(wait.object_type);
    const std::string_view name =
        type < recording_.types.size() ? std::string_view(recording_.types[type]) : std::string_view();
    if (wait.lock_address == wait.object + kPythonLockOffset) {
        if (name.ends_with("SimpleQueue")) return starved();
        // An RLock inside Condition.wait is being taken back, which is contention; a plain lock there is the wait for
        // notify.
        const bool is_signal = !name.ends_with("RLock") && sites_.traits(wait.stack).waits_for_work;
        if (is_signal) return starved();
        return lock(LockKind::ThreadingLock, {}, wait.lock_address, wait.object_type);
    }
    if (wait.lock_address == wait.object + kObjectMutexOffset) {
        // 3.13 has no lock for the interned strings but that of the dict they are in.
        if (sites_.traits(wait.stack).has(FrameRole::Interning)) return internal(InternalLock::InternedStrings, 0);
        return lock(LockKind::Object, {}, wait.lock_address, wait.object_type);
    }
    return lock(LockKind::Internal, LockLabel::Mutex, wait.lock_address);
}

Classified Classifier::runtime_field(const Wait& wait) const {
    if (const std::optional<Classified> named = named_field(wait.lock_address)) return *named;
    const StackTraits& traits = sites_.traits(wait.stack);
    // The requester waits for the others to stop in timed slices on an event; no other timed wait on the runtime lacks
    // an entry time.
    const bool is_event = wait.entered_ns == 0 && wait.kind == WaitKind::SemTimedWait;
    if (is_event || traits.has(FrameRole::StopTheWorld)) return stopped_world();
    return lock(LockKind::Internal, LockLabel::RuntimeMutex, wait.lock_address);
}

std::optional<Classified> Classifier::named_field(std::uint64_t address) const {
    const std::optional<InternalLocks::Found> found = internal_locks_.find(address);
    if (!found) return std::nullopt;
    if (found->lock == InternalLock::StopTheWorld) return stopped_world();
    return found->lock == InternalLock::Gil ? gil() : internal(found->lock, found->address);
}

/// CPython itself uses libc's mutexes and conditions for the GIL alone.
bool Classifier::is_gil(std::uint64_t address) const {
    if (!internal_locks_.is_known()) return inside_runtime(address);
    const std::optional<InternalLocks::Found> found = internal_locks_.find(address);
    return found && found->lock == InternalLock::Gil;
}

Classified Classifier::semaphore(const Wait& wait) const {
    const StackTraits& traits = sites_.traits(wait.stack);
    // On the waiter's own stack but not in the parking lot: the lock of one of the parking lot's buckets.
    if (wait.on_own_stack || traits.has(FrameRole::RawMutex))
        return lock(LockKind::Internal, LockLabel::ParkingLotBucket, 0);
    if (traits.has(FrameRole::RLock)) return lock(LockKind::ThreadingLock, LockLabel::RLock, wait.address);
    if (traits.has(FrameRole::BufferedIo)) return lock(LockKind::Internal, LockLabel::BufferedIo, wait.address);
    return lock(LockKind::Internal, LockLabel::ThreadTypeLock, wait.address);
}

Classified Classifier::pthread_lock(const Wait& wait, LockLabel label) const {
    return lock(LockKind::Pthread, label, wait.address);
}

bool Classifier::inside_runtime(std::uint64_t address) const {
    return contains(facts_.runtime_address, facts_.runtime_size, address) ||
           contains(facts_.interpreter_address, facts_.interpreter_size, address);
}

bool Classifier::inside_thread_state(const Wait& wait) const {
    return contains(wait.thread_state, facts_.thread_state_size, wait.lock_address);
}

}  // namespace ftscale::account

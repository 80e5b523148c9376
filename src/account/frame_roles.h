// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a frame's name tells about its part in a wait. Names are hints: interpreters may be stripped, so addresses
// decide first (classify.h), and a frame without a name has no role.
#pragma once

#include <string>

#include "symbols/symbols.h"

namespace ftscale::account {

enum class FrameRole {
    None,
    // native
    LockMachinery,    // the slow path of some lock: never what a person wants to read as its caller
    PthreadMutex,     // its functions that lock and unlock
    PthreadRwlock,    // likewise
    LibcLock,         // the C library waiting for a lock of its own, or waking who does
    ParkingLot,       // machinery that runs only where a lock is contended: queueing, waking
    PyMutex,          // machinery of CPython's PyMutex
    CriticalSection,  // machinery of an object's lock
    RawMutex,         // a bucket of CPython's parking lot
    TypeCache,        // writing into the cache of types
    Event,            // PyEvent: handshakes and joins
    StopTheWorld,
    GarbageCollection,
    RLock,       // threading.RLock: in 3.13 a bare semaphore
    PythonLock,  // threading.Lock
    BufferedIo,
    InterpreterLoop,
    Interning,      // strings into the interpreter's one dict of them
    YieldFunction,  // os.sched_yield called by the program itself
    PoolServer,     // where a library's thread looks for work; what it calls to work has frames of its own
    PoolRuntime,    // a library that does no work itself: its threads work in the functions of others
    CLibrary,
    // Python
    WaitsForWork,  // the standard library's blocking primitives: Condition.wait, Thread.start
    Joins,         // those that wait for threads to end, or for their results: Thread.join, Future.result
    Plumbing,      // other code of the standard library's threading, queue, concurrent, multiprocessing
};

FrameRole role_of(const symbols::FrameName& name);
inline constexpr char kUnknownType[] = "object";
/// The type of the object that a native function locks ("list" for list_append), where its name tells; else
/// kUnknownType. For spins that led to no wait, which would have told.
std::string type_locked_by(const std::string& native_function);
constexpr bool is_lock_machinery(FrameRole role) {
    return role >= FrameRole::LockMachinery && role <= FrameRole::Event;
}

}  // namespace ftscale::account

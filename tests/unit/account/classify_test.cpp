// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/classify.h"
#include "accounted.h"
#include "support/catch.h"
#include "support/known_python.h"

namespace ftscale::tests {
namespace {

using account::Category;
using account::Classified;
using account::InternalLock;
using account::LockKind;
using account::LockLabel;
using format::WaitKind;
using recording::Wait;

constexpr std::uint64_t kRuntime = 0x5500000000;  // where the story puts it
constexpr std::uint64_t kInRuntime = kRuntime + 0x1000;
constexpr char kThreading[] = "/usr/lib/python3.13t/threading.py";

/// A wait seen in a process of its own.
struct Case {
    Story story;
    StackId user = story.python("f", "/app.py", 3);
    Wait wait;
    bool interpreter_is_known = false;

    Case() { wait.kind = WaitKind::SemWait; }
    Case& in(const std::string& function, const std::string& file) {
        user = story.python(function, file, 1, user);
        return *this;
    }
    Case& through(const std::string& native) {
        user = story.native(native, user);
        return *this;
    }
    Case& on(const StoryLock& lock) {
        wait.lock_address = lock.lock_address;
        wait.object = lock.object;
        wait.object_type = lock.type;
        wait.on_own_stack = true;
        return *this;
    }
    Classified classify() {
        wait.stack = user;
        RunStory& run = story.run(1, 10);
        run.thread("a");
        if (interpreter_is_known) run.process().facts = facts_of(python_31315(), kRuntime);
        const Accounted accounted(story);
        return account::Classifier(accounted.recording(), accounted.recording().runs[0].processes[0], accounted.sites())
            .classify(wait);
    }
};

TEST_CASE("critical sections are the object's lock, however little the names tell") {
    Case c;
    const Classified classified = c.on(c.story.object_lock("list")).classify();
    CHECK(classified.category == Category::LockWait);
    CHECK(classified.lock->kind == LockKind::Object);
}

TEST_CASE("a Python lock is a mutex in `with` and a signal in Condition.wait") {
    Case mutex;
    CHECK(mutex.on(mutex.story.threading_lock()).in("Condition.__enter__", kThreading).classify().lock->kind ==
          LockKind::ThreadingLock);
    Case signal;
    CHECK(signal.on(signal.story.threading_lock()).in("Condition.wait", kThreading).classify().category ==
          Category::Starved);
    Case taken_back;
    CHECK(taken_back.on(taken_back.story.threading_lock("_thread.RLock"))
              .in("Condition.wait", kThreading)
              .classify()
              .category == Category::LockWait);
    Case own_class;  // not the standard library's
    CHECK(own_class.on(own_class.story.threading_lock())
              .in("Condition.wait", "/home/me/threading.py")
              .classify()
              .category == Category::LockWait);
}

TEST_CASE("SimpleQueue.get waits for work, SimpleQueue.put for the object's lock") {
    Case get;
    CHECK(get.on(get.story.threading_lock("_queue.SimpleQueue")).classify().category == Category::Starved);
    Case put;
    CHECK(put.on(put.story.object_lock("_queue.SimpleQueue")).classify().lock->kind == LockKind::Object);
}

TEST_CASE("a wait on the thread's own state is a stopped world") {
    Case c;
    c.wait.thread_state = 0x7f00dead0000;
    c.wait.lock_address = c.wait.thread_state + 40;
    const Classified classified = c.classify();
    CHECK(classified.category == Category::StopTheWorld);
    CHECK(classified.lock->kind == LockKind::StopTheWorld);
}

TEST_CASE("the requester of a pause waits in time slices on an event in the runtime") {
    Case c;
    c.wait.lock_address = kInRuntime;
    c.wait.kind = WaitKind::SemTimedWait;
    CHECK(c.classify().category == Category::StopTheWorld);
}

TEST_CASE("a mutex in the runtime is named by who wants it") {
    Case c;
    c.wait.lock_address = kInRuntime;
    c.wait.entered_ns = 5;
    const Classified classified =
        c.through("_PyType_LookupRef").through("_PyCriticalSection_BeginSlow").through("_PyMutex_LockTimed").classify();
    CHECK(classified.category == Category::LockWait);
    CHECK(classified.lock->kind == LockKind::Internal);
    CHECK(classified.lock->label == LockLabel::RuntimeMutex);
}

/// A wait in 3.13.15, whose locks are known, at this place in the runtime.
Classified classified_in_known(std::uint64_t offset, WaitKind kind, bool is_mutex = true) {
    Case c;
    c.interpreter_is_known = true;
    c.wait.kind = kind;
    const bool is_semaphore = kind == WaitKind::SemWait || kind == WaitKind::SemTimedWait;
    (is_semaphore ? c.wait.lock_address : c.wait.address) = kRuntime + offset;
    if (is_semaphore && is_mutex) c.wait.entered_ns = 5;
    return c.classify();
}

TEST_CASE("a mutex at a known place in the runtime has a name, though it is taken as if it were an object's") {
    const std::uint64_t type_lock = python_31315().interpreter + python_31315().type;
    Case c;
    c.interpreter_is_known = true;
    c.wait.lock_address = kRuntime + type_lock;
    c.wait.object = c.wait.lock_address - 10;
    const Classified classified = c.through("_PyType_LookupRef").through("_PyCriticalSection_BeginSlow").classify();
    CHECK(classified.category == Category::LockWait);
    CHECK(classified.lock->kind == LockKind::Internal);
    CHECK(classified.lock->internal == InternalLock::Type);
    CHECK(classified_in_known(type_lock + 1, WaitKind::SemWait).lock->internal == InternalLock::None);
    CHECK(classified_in_known(type_lock + 1, WaitKind::SemWait).lock->label == LockLabel::RuntimeMutex);
}

TEST_CASE("what stops the world is known by its place, mutexes and event") {
    const account::InternalLockRow& row = python_31315();
    for (const std::uint32_t offset : {row.stop_all, row.stop_all_mutex, row.stop_all_event,
                                       row.interpreter + row.stop_mutex, row.interpreter + row.stop_event})
        for (const bool is_mutex : {false, true}) {
            const Classified classified = classified_in_known(offset, WaitKind::SemWait, is_mutex);
            CHECK(classified.category == Category::StopTheWorld);
            CHECK(classified.lock->kind == LockKind::StopTheWorld);
        }
}

TEST_CASE("the GIL is its own mutexes and conditions, and nothing else in the runtime") {
    const account::InternalLockRow& row = python_31315();
    for (const std::uint32_t offset : {row.gil_mutex, row.gil_switch_mutex})
        CHECK(classified_in_known(row.interpreter + offset, WaitKind::MutexLock).category == Category::Gil);
    for (const std::uint32_t offset : {row.gil_cond, row.gil_switch_cond})
        CHECK(classified_in_known(row.interpreter + offset, WaitKind::CondTimedWait).category == Category::Gil);
    CHECK(classified_in_known(0x1000, WaitKind::MutexLock).lock->kind == LockKind::Pthread);
    CHECK(classified_in_known(0x1000, WaitKind::CondWait).category == Category::Starved);
}

TEST_CASE("3.13 interns strings under the lock of a dict") {
    Case c;
    const Classified classified = c.on(c.story.object_lock("dict"))
                                      .through("intern_common")
                                      .through("PyDict_SetDefaultRef")
                                      .through("_PyCriticalSection_BeginSlow")
                                      .classify();
    CHECK(classified.lock->kind == LockKind::Internal);
    CHECK(classified.lock->internal == InternalLock::InternedStrings);
}

TEST_CASE("other waits in the parking lot are mutexes where an entry time says so, else handshakes") {
    Case handshake;
    handshake.wait.lock_address = 0x7f0000000020;
    CHECK(handshake.classify().category == Category::Starved);
    Case mutex;
    mutex.wait.lock_address = 0x7f0000000020;
    mutex.wait.entered_ns = 5;
    CHECK(mutex.classify().lock->label == LockLabel::Mutex);
    Case keys;
    keys.wait.lock_address = 0x7f000000002b;
    keys.wait.entered_ns = 5;
    CHECK(keys.classify().lock->label == LockLabel::DictKeys);
}

TEST_CASE("semaphores outside the parking lot") {
    Case rlock;
    const Classified taken = rlock.through("rlock_acquire").through("PyThread_acquire_lock_timed").classify();
    CHECK(taken.lock->kind == LockKind::ThreadingLock);
    Case io;
    CHECK(io.through("_enter_buffered_busy").classify().lock->label == LockLabel::BufferedIo);
    Case bucket;
    bucket.wait.on_own_stack = true;
    CHECK(bucket.classify().lock->label == LockLabel::ParkingLotBucket);
    Case plain;
    CHECK(plain.classify().lock->label == LockLabel::ThreadTypeLock);
}

TEST_CASE("libc's primitives") {
    const auto category = [](WaitKind kind, std::uint64_t address) {
        Case c;
        c.wait.kind = kind;
        c.wait.address = address;
        return c.classify().category;
    };
    CHECK(category(WaitKind::CondTimedWait, kInRuntime) == Category::Gil);
    CHECK(category(WaitKind::MutexLock, kInRuntime) == Category::Gil);
    CHECK(category(WaitKind::CondWait, 0x7f0000000000) == Category::Starved);
    CHECK(category(WaitKind::MutexLock, 0x7f0000000000) == Category::LockWait);
    CHECK(category(WaitKind::RwlockRead, 0x7f0000000000) == Category::LockWait);
    CHECK(category(WaitKind::Futex, 0x7f0000000000) == Category::LockWait);
    CHECK(category(WaitKind::ThreadJoin, 0) == Category::Starved);
    CHECK(category(WaitKind::BarrierWait, 0) == Category::Starved);
    CHECK(category(WaitKind::Poll, 0) == Category::Io);
    CHECK(category(WaitKind::Sleep, 0) == Category::Sleep);
}

TEST_CASE("a blocked thread's site is the code that used the standard library's plumbing") {
    Story story;
    const StackId user = story.python("consume", "/app.py", 7);
    const StackId get = story.python("Queue.get", "/opt/lib/python3.13t/queue.py", 180, user);
    const StackId wait = story.python("Condition.wait", kThreading, 355, get);
    const StackId park = story.native("_PyParkingLot_Park", wait);
    const StackId pool = story.python("_worker", "/opt/lib/python3.13t/concurrent/futures/thread.py", 90);
    story.run(1, 10);
    const Accounted accounted(story);
    const account::Sites& sites = accounted.sites();
    CHECK(sites.site_of(park, Category::Starved) == user);
    CHECK(sites.site_of(park, Category::Work) == wait);
    CHECK(sites.site_of(pool, Category::Starved) == pool);  // nothing else is on the stack
    CHECK(sites.site_of(StackId::Empty, Category::Starved) == StackId::Empty);
}

}  // namespace
}  // namespace ftscale::tests

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What samples were busy with: work, the reference count of a shared object, the word of a shared lock.
#include "accounted.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Category;
using account::Ledger;
using account::LockKind;
using recording::FrameId;
using symbols::AccessKind;

constexpr std::int64_t kMutex = 10, kLocal = 12, kShared = 16;

/// Two threads at work in f, and code that counts.
struct Counting {
    Story story;
    StackId f = story.python("f", "/app.py", 3);
    FrameId increment = story.code("PyList_Append", {touch(AccessKind::Atomic, 8, kShared)});
    FrameId load = story.code("_Py_TryIncrefCompare", {touch(AccessKind::Load, 4, kLocal)});
    FrameId lock_byte = story.code("list_append", {touch(AccessKind::Atomic, 1, kMutex)});
    RunStory& run = story.run(2, 100);
    ThreadStory& a = run.thread("a");
    ThreadStory& b = run.thread("b");
    Ledger ledger() { return Accounted(story).ledger(); }
};

//  a |rrrr======|   r: at an object that belongs to b
//  b |==========|
TEST_CASE("the header of another thread's object counts, and names the object") {
    Counting c;
    const StoryObject list = c.story.object("list", &c.b);
    c.run.process().object_names[{list.address, list.type}] = "rows";
    c.a.touches(40, c.f, c.increment, list).works(60, c.f);
    c.b.works(100, c.f);
    const Ledger ledger = c.ledger();
    CHECK(ms_of(ledger, Category::Refcount) == Approx(40));
    CHECK(ms_of(ledger, Category::Work) == Approx(160));
    REQUIRE(ledger.objects.size() == 1);
    CHECK(ledger.objects[0].type == "list");
    CHECK(ledger.objects[0].name == "rows");
    CHECK(ledger.objects[0].address == list.address);
    CHECK(ledger.objects[0].seconds == Approx(0.04));
    CHECK(ledger.objects[0].sites.at(c.f) == Approx(0.04));
    CHECK(ledger.locks.empty());
}

TEST_CASE("an object that belongs to no thread is the work of the one that is at it, until there are two") {
    for (const bool shared : {false, true}) {
        Counting c;
        const StoryObject merged = c.story.object("dict"), other = c.story.object("dict");
        c.a.touches(100, c.f, c.load, merged);
        c.b.touches(100, c.f, c.load, shared ? merged : other);
        CHECK(ms_of(c.ledger(), Category::Refcount) == Approx(shared ? 200 : 0));
    }
}

TEST_CASE("a thread's own object is its work as long as no other is seen at it") {
    for (const bool shared : {false, true}) {
        Counting c;
        const StoryObject own = c.story.object("list", &c.a);
        c.a.touches(100, c.f, c.load, own);
        c.b.touches(20, c.f, c.increment, shared ? own : c.story.object("list", &c.b)).works(80, c.f);
        const Ledger ledger = c.ledger();
        CHECK(ms_of(ledger, Category::Refcount) == Approx(shared ? 120 : 0));
        CHECK(ledger.objects.size() == (shared ? 1 : 0));
    }
}

TEST_CASE("no object in a register, or memory behind its header, is work") {
    Counting c;
    const StoryObject foreign = c.story.object("list", &c.b);
    const FrameId items = c.story.code("list_item", {touch(AccessKind::Load, 8, 32)});
    c.a.touches(30, c.f, c.increment, foreign.address, {});  // immortal ones are not recorded
    c.a.touches(30, c.f, items, foreign).touches(40, c.f, FrameId{}, foreign);
    c.b.works(100, c.f);
    const Ledger ledger = c.ledger();
    CHECK(ms_of(ledger, Category::Work) == Approx(200));
    CHECK(ledger.objects.empty());
}

TEST_CASE("of what the code around touches the nearest that is an object's header counts") {
    Counting c;
    const StoryObject list = c.story.object("list", &c.b), item = c.story.object("Item", &c.b);
    const FrameId code =
        c.story.code("list_item", {touch(AccessKind::Load, 8, 0x4000), touch(AccessKind::Load, 8, 24, 2),
                                   touch(AccessKind::Atomic, 8, 0x40 + kShared, 3)});
    c.a.touches(100, c.f, code, list.address, {item, list});
    c.b.works(100, c.f);
    const Ledger ledger = c.ledger();
    REQUIRE(ledger.objects.size() == 1);
    CHECK(ledger.objects[0].type == "list");
}

TEST_CASE("an address reused for an object of another type is another object") {
    Counting c;
    const StoryObject list = c.story.object("list", &c.b);
    StoryObject dict = c.story.object("dict", &c.b);
    dict.address = list.address;
    c.a.touches(60, c.f, c.increment, list).touches(40, c.f, c.increment, dict);
    c.b.works(100, c.f);
    const Ledger ledger = c.ledger();
    REQUIRE(ledger.objects.size() == 2);
    CHECK(ledger.objects[0].type == "list");
    CHECK(ledger.objects[1].seconds == Approx(0.04));
}

//  line  |hot object: a, b|c's own|
TEST_CASE("who works in the cache line of an object that is fought over fights with it") {
    for (const int samples : {1, 2}) {  // of each of the two threads
        Story story;
        const StackId f = story.python("f", "/app.py", 3), g = story.python("g", "/app.py", 9);
        const FrameId increment = story.code("PyList_Append", {touch(AccessKind::Atomic, 8, kShared)});
        const FrameId load = story.code("_Py_Dealloc", {touch(AccessKind::Load, 4, kLocal)});
        const FrameId items = story.code("list_item", {touch(AccessKind::Load, 8, 32)});
        RunStory& run = story.run(3, 100);
        ThreadStory &a = run.thread("a"), &b = run.thread("b"), &c = run.thread("c");
        const StoryObject hot = story.object("Point", &a);
        StoryObject neighbour = story.object("Item", &c), apart = neighbour;
        neighbour.address = hot.address + 32;
        for (ThreadStory* thread : {&a, &b}) thread->touches(samples, f, increment, hot).works(100 - samples, f);
        c.touches(20, g, load, neighbour).touches(10, g, items, hot).touches(70, g, load, apart);
        const Ledger ledger = Accounted(story).ledger();
        const bool is_hot = samples == 2;
        CHECK(charged_ms(ledger, Category::Refcount, g) == Approx(is_hot ? 30 : 0));
        REQUIRE(ledger.objects.size() == 1);
        CHECK(ledger.objects[0].type == "Point");
        CHECK(ledger.objects[0].seconds == Approx(1e-3 * (2 * samples + (is_hot ? 30 : 0))));
    }
}

TEST_CASE("the byte of an object's mutex that two threads are at is the lock's spin") {
    for (const bool shared : {false, true}) {
        Counting c;
        const StoryObject list = c.story.object("list", &c.b);
        c.a.touches(40, c.f, c.lock_byte, list).works(60, c.f);
        c.b.touches(10, c.f, c.lock_byte, shared ? list : c.story.object("list", &c.a)).works(90, c.f);
        const Ledger ledger = c.ledger();
        CHECK(ms_of(ledger, Category::Spin) == Approx(shared ? 50 : 0));
        CHECK(ms_of(ledger, Category::Refcount) == 0);
        REQUIRE(ledger.locks.size() == (shared ? 1 : 0));
        if (!shared) continue;
        CHECK(ledger.locks[0].kind == LockKind::Object);
        CHECK(ledger.locks[0].type == "list");
        CHECK(ledger.locks[0].address == list.address + kMutex);
        CHECK(ledger.locks[0].spin_s == Approx(0.05));
        CHECK(ledger.locks[0].waits == 0);
    }
}

//  a |mmm=====LL|   m: at the mutex
//  b |mmm=======|   ends a's wait
TEST_CASE("a mutex that is also waited for is one lock, its spin's holders those of the waits") {
    Counting c;
    const StackId holder = c.story.python("holder", "/app.py", 20);
    const StoryLock lock = c.story.object_lock("list");
    const StoryObject list{lock.object, lock.type, 1};
    c.b.touches(30, c.f, c.lock_byte, list).works(70, c.f);
    c.a.touches(30, c.f, c.lock_byte, list).works(50, c.f).waits(20, lock, c.f, &c.b, holder);
    const Ledger ledger = c.ledger();
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].spin_s == Approx(0.06));
    CHECK(ledger.locks[0].wait_s == Approx(0.02));
    CHECK(ledger.locks[0].waits == 1);
    CHECK(ledger.locks[0].holders.at(holder) == Approx(0.08));
}

TEST_CASE("the mutex of a threading.Lock stands behind the header, and is known from its waits") {
    Counting c;
    const FrameId code = c.story.code("lock_acquire", {touch(AccessKind::Atomic, 1, 32)});
    const StoryLock lock = c.story.threading_lock(), unknown = c.story.threading_lock();
    const StoryObject object{lock.object, lock.type, 1}, other{unknown.object, unknown.type, 1};
    c.a.touches(30, c.f, code, object).works(50, c.f).waits(10, lock, c.f).touches(10, c.f, code, other);
    c.b.touches(30, c.f, code, object).works(60, c.f).touches(10, c.f, code, other);
    const Ledger ledger = c.ledger();
    CHECK(ms_of(ledger, Category::Spin) == Approx(60));
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].kind == LockKind::ThreadingLock);
    CHECK(ledger.locks[0].spin_s == Approx(0.06));
}

TEST_CASE("another byte of a header that is set atomically is no lock's") {
    Counting c;
    const FrameId bits = c.story.code("_PyObject_GC_TRACK", {touch(AccessKind::Atomic, 1, 11)});
    const StoryObject list = c.story.object("list", &c.b);
    c.a.touches(100, c.f, bits, list);
    c.b.touches(100, c.f, bits, list);
    const Ledger ledger = c.ledger();
    CHECK(ms_of(ledger, Category::Refcount) == Approx(200));
    CHECK(ms_of(ledger, Category::Spin) == 0);
    CHECK(ledger.locks.empty());
}

//  a |==u====u==|   u: in the parking lot; the first right at a wake, the second at none
TEST_CASE("waking who waits for a lock is the lock's spin") {
    Counting c;
    const StackId unpark = c.story.native("_PyParkingLot_Unpark", c.f);
    const StoryLock lock = c.story.object_lock("dict");
    c.b.works(10, c.f).waits(20, lock, c.f, &c.a, unpark).works(70, c.f);
    c.a.works(29, c.f).works(1, unpark).works(30, c.f).works(1, unpark).works(39, c.f);
    const Ledger ledger = c.ledger();
    CHECK(charged_ms(ledger, Category::Spin, unpark) == Approx(1));
    CHECK(charged_ms(ledger, Category::Work, unpark) == Approx(1));
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].type == "dict");
    CHECK(ledger.locks[0].spin_s == Approx(0.001));
}

TEST_CASE("queueing for a lock is the lock's spin, before the wait and behind it") {
    Counting c;
    const StackId park = c.story.native("_PyParkingLot_Park", c.f);
    const StoryLock lock = c.story.object_lock("dict");
    c.a.works(19, c.f).works(1.1, park).waits(20, lock, park).works(0.9, park).works(59, c.f);
    c.b.works(100, c.f);
    const Ledger ledger = c.ledger();
    CHECK(charged_ms(ledger, Category::Spin, park) > 0.9);
    CHECK(ms_of(ledger, Category::LockWait) == Approx(20));
    CHECK(ledger.locks[0].waits == 1);
    CHECK(ledger.locks[0].spin_s > 0.0009);
}

TEST_CASE("objects count only as far as they lie in the region") {
    Counting c;
    c.a.touches(100, c.f, c.increment, c.story.object("list", &c.b));
    c.b.works(100, c.f);
    const Accounted accounted(c.story);
    const Ledger part = accounted.ledger_of(0, account::Region({{Story::ns(90), Story::ns(130)}}));
    CHECK(part.objects[0].seconds == Approx(0.01));
    CHECK(accounted.ledger_of(0, account::Region({{Story::ns(110), Story::ns(130)}})).objects.empty());
}

}  // namespace
}  // namespace ftscale::tests

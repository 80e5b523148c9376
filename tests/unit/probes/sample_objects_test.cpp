// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Objects found by what registers hold, among memory that is none, or is gone.
#include "sample_objects.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <vector>

#include "globals.h"
#include "object_types.h"
#include "support/catch.h"

using namespace ftscale;
using namespace ftscale::probe;

namespace {

constexpr std::size_t kPage = 4096;

/// Four pages with objects: the first has the types, the third can be taken away.
class Heap {
  public:
    Heap() {
        g_pid = getpid();
        g_layout = PythonLayout{};
        g_layout.object_type = 24;
        g_layout.type_name = 32;
        g_layout.type_flags = 176;
        void* mapping = mmap(nullptr, 4 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(mapping != MAP_FAILED);
        begin_ = static_cast<char*>(mapping);
        metatype = make_type(64, "type", address(64), kTypeReadyFlag | kTypeSubclassFlag);
        list = make_type(512, "list", metatype, kTypeReadyFlag);
    }
    ~Heap() {
        munmap(begin_, 4 * kPage);
        g_layout = PythonLayout{};
        g_python_image = StaticImage{};
    }
    Heap(const Heap&) = delete;
    Heap& operator=(const Heap&) = delete;

    std::uintptr_t address(std::size_t offset) const { return reinterpret_cast<std::uintptr_t>(begin_) + offset; }
    template <typename T>
    void put(std::size_t offset, T value) {
        std::memcpy(begin_ + offset, &value, sizeof(value));
    }
    std::uintptr_t make_type(std::size_t offset, const char* name, std::uintptr_t type, std::uint64_t flags) {
        put(offset + 24, type);
        put(offset + 32, reinterpret_cast<std::uintptr_t>(name));
        put(offset + 176, flags);
        return address(offset);
    }
    std::uintptr_t make_object(std::size_t offset, std::uintptr_t type, std::uint32_t local = 1) {
        put(offset, kOwner);
        put(offset + 12, local);
        put(offset + 24, type);
        return address(offset);
    }
    void take_away_third_page() { REQUIRE(mprotect(begin_ + 2 * kPage, kPage, PROT_NONE) == 0); }

    SampleObjects find(const std::vector<std::uint64_t>& values) {
        std::uint64_t registers[kRegisterCount] = {};
        std::copy(values.begin(), values.end(), registers);
        SampleObjects found;
        find_objects(*state, registers, found);
        return found;
    }

    static constexpr std::uint64_t kOwner = 0x7f00abc0;
    std::unique_ptr<ThreadState> state = std::make_unique<ThreadState>();
    std::uintptr_t metatype = 0, list = 0;

  private:
    char* begin_ = nullptr;
};

}  // namespace

TEST_CASE("an object is found by its header, its shared count and its mutex, and named once") {
    Heap heap;
    const std::uintptr_t object = heap.make_object(kPage + 64, heap.list);
    for (const std::uintptr_t value : {object, object + 16, object + 10}) {
        const SampleObjects found = heap.find({0, 5, value, value});
        REQUIRE(found.count == 1);
        CHECK(found.objects[0].address == object);
        CHECK(found.objects[0].type == heap.list);
        CHECK(found.objects[0].owner == Heap::kOwner);
    }
    CHECK(heap.find({object, object + 16, object + 10}).count == 1);
    CHECK(heap.find({object + 8, object + 12, object + 24}).count == 0);
    CHECK(heap.find({}).count == 0);
}

TEST_CASE("neighbours are found each") {
    Heap heap;
    const std::uintptr_t first = heap.make_object(kPage + 64, heap.list);
    const std::uintptr_t second = heap.make_object(kPage + 96, heap.list);
    CHECK(heap.find({first, second}).count == 2);
    CHECK(heap.find({second, first + 16}).count == 2);
}

TEST_CASE("immortal objects, and what only looks like an object, are left out") {
    Heap heap;
    const std::uintptr_t immortal = heap.make_object(kPage + 64, heap.list, kImmortal);
    const std::uintptr_t no_type = heap.make_object(kPage + 128, 0);
    const std::uintptr_t odd_type = heap.make_object(kPage + 192, heap.list + 4);
    const std::uintptr_t gone_type = heap.make_object(kPage + 256, 0x123450);
    const std::uintptr_t wrong_type = heap.make_object(kPage + 320, heap.make_object(kPage + 384, heap.list));
    const std::uintptr_t unready = heap.make_object(kPage + 640, heap.make_type(1024, "half", heap.metatype, 0));
    for (const std::uintptr_t object : {immortal, no_type, odd_type, gone_type, wrong_type, unready})
        CHECK(heap.find({object}).count == 0);
}

TEST_CASE("the thread's own stack and the interpreter's own image hold no objects to look at") {
    Heap heap;
    const std::uintptr_t object = heap.make_object(kPage + 64, heap.list);
    heap.state->bounds.low = heap.address(kPage);
    heap.state->bounds.high = heap.address(2 * kPage);
    CHECK(heap.find({object}).count == 0);
    heap.state->bounds = {};
    g_python_image = {heap.address(0), heap.address(2 * kPage)};
    CHECK(heap.find({object}).count == 0);
    g_python_image = {};
    CHECK(heap.find({object}).count == 1);
}

TEST_CASE("memory that is gone costs only the object that was there") {
    Heap heap;
    const std::uintptr_t before = heap.make_object(kPage + 64, heap.list);
    const std::uintptr_t freed = heap.make_object(2 * kPage + 64, heap.list);
    const std::uintptr_t after = heap.make_object(3 * kPage + 64, heap.list);
    CHECK(heap.find({before, freed, after}).count == 3);
    heap.take_away_third_page();
    const SampleObjects found = heap.find({freed, before, freed + 16, 0x7000'0000'0010, after});
    REQUIRE(found.count == 2);
    CHECK(found.objects[0].address == before);
    CHECK(found.objects[1].address == after);
    CHECK(heap.state->dropped[static_cast<std::size_t>(format::DropReason::Objects)] == 0);
}

TEST_CASE("more candidates than are looked at: the first registers count") {
    Heap heap;
    std::vector<std::uint64_t> values;
    for (std::size_t i = 0; i < kRegisterCount; ++i)
        values.push_back(heap.make_object(kPage + 64 * (i + 1), heap.list));
    const SampleObjects found = heap.find(values);
    REQUIRE(found.count == format::kMostSampleObjects);
    CHECK(found.objects[0].address == values[0]);
    CHECK(found.objects[7].address == values[7]);
}

TEST_CASE("where the kernel does not let us read, objects are dropped and counted") {
    Heap heap;
    const std::uintptr_t object = heap.make_object(kPage + 64, heap.list);
    g_pid = -1;
    CHECK(heap.find({object}).count == 0);
    g_pid = getpid();
    CHECK(heap.state->dropped[static_cast<std::size_t>(format::DropReason::Objects)] == 1);
}

TEST_CASE("kinds of types, and what is none") {
    Heap heap;
    CHECK(kind_of_type(*heap.state, heap.list) == TypeKind::Other);
    CHECK(kind_of_type(*heap.state, heap.metatype) == TypeKind::Metatype);
    CHECK(kind_of_type(*heap.state, heap.make_type(768, "_thread.lock", heap.metatype, kTypeReadyFlag)) ==
          TypeKind::Lock);
    CHECK(kind_of_type(*heap.state, heap.make_type(1024, "module", heap.metatype, kTypeReadyFlag)) == TypeKind::Module);
    CHECK(kind_of_type(*heap.state, heap.address(kPage)) == TypeKind::NotAType);
    CHECK(kind_of_type(*heap.state, heap.make_type(1280, "", heap.metatype, kTypeReadyFlag)) == TypeKind::NotAType);
}

TEST_CASE("the object of a lock by the lock's address") {
    Heap heap;
    const std::uintptr_t lock_type = heap.make_type(768, "_thread.lock", heap.metatype, kTypeReadyFlag);
    const std::uintptr_t lock = heap.make_object(kPage + 64, lock_type),
                         list = heap.make_object(kPage + 128, heap.list);
    const auto object_at = [&](std::uintptr_t lock_address) {
        std::uint64_t object = 0, type = 0;
        find_lock_object(*heap.state, lock_address, object, type);
        return object;
    };
    CHECK(object_at(lock + 32) == lock);
    CHECK(object_at(list + 10) == list);
    CHECK(object_at(list + 32) == 0);  // a list's fields are no lock
    CHECK(object_at(list + 11) == 0);
    CHECK(object_at(8 + 32) == 0);
}

TEST_CASE("a name whose length is rubbish, as in memory used anew, is cut to what there is room for") {
    Heap heap;
    g_layout.text_length = 16;
    g_layout.text_state = 32;
    g_layout.text_ascii_data = 40;
    g_layout.text_data = 56;
    g_layout.text_kind_shift = 2;
    const std::uintptr_t function = heap.make_type(1024, "function", heap.metatype, kTypeReadyFlag);
    const std::uintptr_t object = heap.make_object(kPage + 64, function);
    heap.put(kPage + 64 + kFunctionQualnameOffset, heap.address(kPage + 256));
    heap.put(kPage + 256 + 16, std::int64_t{1} << 62);  // times four bytes a character: 0, where it wraps around
    heap.put(kPage + 256 + 32, std::uint32_t{4} << 2);
    CHECK(heap.find({object}).count == 1);
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Events counted by the kernel at hand: software ones, which every machine has.
#include "counters.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "counter_words.h"
#include "support/catch.h"

using namespace ftscale;
using namespace ftscale::probe;

namespace {

constexpr std::uint64_t kPeriodNs = 1'000'000;
/// Pages that counting itself touches, and the sanitizers: for each 8 others one, or two for each.
#if defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kOthers = 2500;
#else
constexpr std::uint64_t kOthers = 150;
#endif

/// Orders as the tool gives them, until the end of the scope.
class Orders {
  public:
    explicit Orders(const char* counters) { parse_counter_orders(counters, nullptr, g_counter_orders); }
    ~Orders() { g_counter_orders = CounterOrders{}; }
    Orders(const Orders&) = delete;
    Orders& operator=(const Orders&) = delete;
};

/// This thread's counters. Skips the test where the kernel lets nobody count.
class Counting {
  public:
    Counting() { open_counters(*state, kPeriodNs, false); }
    ~Counting() { close_counters(*state); }
    Counting(const Counting&) = delete;
    Counting& operator=(const Counting&) = delete;

    bool works() const { return state->clocks[0].ring.mapping != nullptr; }
    std::vector<std::uint64_t> read() {
        for (ClockEvent& clock : state->clocks) read_counts(clock);
        std::uint64_t words[format::kMostCounterWords];
        const std::size_t count = write_counter_words(*state, words);
        return {words, words + count};
    }
    std::unique_ptr<ThreadState> state = std::make_unique<ThreadState>();
};

void touch_pages(std::size_t pages) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    void* memory = mmap(nullptr, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    madvise(memory, pages * page, MADV_NOHUGEPAGE);
    for (std::size_t i = 0; i < pages; ++i) static_cast<volatile char*>(memory)[i * page] = 1;
    munmap(memory, pages * page);
}

std::uint64_t cpu_ns() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

void burn(std::uint64_t ns) {
    for (const std::uint64_t end = cpu_ns() + ns; cpu_ns() < end;) {
    }
}

void say_skipped() { WARN("skipped: perf events cannot be opened here"); }

constexpr const char* kSoftware =
    "0/1/2/0/0/0/page-faults 0/1/3/0/0/0/context-switches 1/1/1/0/0/0/task-clock 1/1/2/0/0/0/faults";

}  // namespace

TEST_CASE("orders: events with their groups and names; what cannot be read is left out") {
    CounterOrders orders;
    parse_counter_orders(
        "0/4/1d2/a/b/1/skl::MEM_INST_RETIRED:LOCK_LOADS  1/1/2/0/0/0/page-faults 1/1/2/0/0 c/1/2/0/0/0/x",
        "0/0/2dc6c0/1", orders);
    REQUIRE(orders.count == 2);
    const EventOrder& event = orders.counters[0].event;
    CHECK(event.type == 4);
    CHECK(event.config == 0x1d2);
    CHECK(event.config1 == 0xa);
    CHECK(event.config2 == 0xb);
    CHECK(event.exclude_kernel);
    CHECK(std::string(orders.counters[0].name) == "skl::MEM_INST_RETIRED:LOCK_LOADS");
    CounterOrders long_name;
    parse_counter_orders(("0/4/1/0/0/0/" + std::string(400, 'n')).c_str(), nullptr, long_name);
    CHECK(std::string(long_name.counters[0].name) == std::string(kMostCounterName, 'n'));
    CHECK(orders.counters[1].group == 1);
    CHECK_FALSE(orders.counters[1].event.exclude_kernel);
    REQUIRE(orders.has_cycles);
    CHECK(orders.cycles.period == 3'000'000);
    CHECK(orders.cycles.event.exclude_kernel);
}

TEST_CASE("orders: none, no period, too many") {
    CounterOrders none;
    parse_counter_orders(nullptr, "0/0/0/0", none);
    CHECK(none.count == 0);
    CHECK_FALSE(none.has_cycles);
    std::string many;
    for (std::size_t i = 0; i < format::kMostCounters + 5; ++i) many += "0/1/2/0/0/0/e ";
    CounterOrders full;
    parse_counter_orders(many.c_str(), nullptr, full);
    CHECK(full.count == format::kMostCounters);
}

TEST_CASE("a thread's page faults are counted exactly, in each group") {
    const Orders orders(kSoftware);
    Counting counting;
    if (!counting.works()) return say_skipped();
    const auto before = counting.read();
    touch_pages(1000);
    const auto after = counting.read();
    REQUIRE(after.size() == 8);
    const auto grown = [&](std::size_t word) { return after[word] - before[word]; };
    CHECK(grown(2) >= 1000);
    CHECK(grown(2) < 1000 + kOthers);
    CHECK(grown(7) >= 1000);
    CHECK(grown(7) < 1000 + kOthers);
    CHECK(after[0] == after[1]);  // always on
    // task-clock is the thread's CPU time, as is the time that its group was enabled.
    CHECK(static_cast<double>(grown(6)) == Approx(static_cast<double>(grown(4))).epsilon(0.05));
}

TEST_CASE("the ring has the counts of each overflow") {
    const Orders orders(kSoftware);
    Counting counting;
    if (!counting.works()) return say_skipped();
    touch_pages(500);
    burn(5 * kPeriodNs);
    const Ticks ticks = read_ring(counting.state->clocks[0].ring);
    CHECK(ticks.count >= 3);
    std::uint64_t words[format::kMostCounterWords];
    REQUIRE(write_counter_words(*counting.state, words) == 8);
    CHECK(words[2] >= 500);
    CHECK(words[7] == 0);  // of the other group's ring nothing was read yet
    read_further_rings(*counting.state);
    write_counter_words(*counting.state, words);
    CHECK(words[7] >= 500);
}

TEST_CASE("another thread's faults are not counted") {
    const Orders orders(kSoftware);
    Counting counting;
    if (!counting.works()) return say_skipped();
    std::thread warm([] {});  // what starting one for the first time touches
    warm.join();
    const auto before = counting.read();
    std::thread other([] { touch_pages(2000); });
    other.join();
    CHECK(counting.read()[2] - before[2] < 1000);  // of 2000
}

TEST_CASE("descriptors: one for each group, out of the script's way; none is left") {
    const auto open_descriptors = [] {
        std::vector<int> open;
        for (int fd = 0; fd < 20'000; ++fd)
            if (fcntl(fd, F_GETFD) >= 0) open.push_back(fd);
        return open;
    };
    const auto before = open_descriptors();
    {
        const Orders orders(kSoftware);
        const Counting counting;
        if (!counting.works()) return say_skipped();
        const auto during = open_descriptors();
        CHECK(during.size() == before.size() + 2);
        CHECK(during.back() >= 700);
        CHECK((fcntl(during.back(), F_GETFD) & FD_CLOEXEC) != 0);
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("a descriptor that the script has closed and opened anew is not touched") {
    const Orders orders(kSoftware);
    auto counting = std::make_unique<Counting>();
    if (!counting->works()) return say_skipped();
    touch_pages(300);
    burn(3 * kPeriodNs);
    const int number = counting->state->clocks[0].descriptor;
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    REQUIRE(dup2(ends[0], number) == number);
    CHECK(write(ends[1], "script's own", 12) == 12);
    read_ring(counting->state->clocks[0].ring);
    CHECK(counting->read()[2] >= 300);  // as of the latest overflow
    counting.reset();
    char text[13] = {};
    CHECK(read(number, text, 12) == 12);
    CHECK(std::string(text) == "script's own");
    for (const int fd : {ends[0], ends[1], number}) close(fd);
}

TEST_CASE("where descriptors run out nothing is counted, and the script's are left alone") {
    rlimit limit{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const rlimit few{40, limit.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
    {
        const Orders orders(kSoftware);
        std::vector<std::unique_ptr<Counting>> threads;
        for (int i = 0; i < 20; ++i) threads.push_back(std::make_unique<Counting>());
        if (threads.front()->works()) {
            CHECK_FALSE(threads.back()->works());
            CHECK(threads.back()->state->dropped[static_cast<std::size_t>(format::DropReason::Counters)] == 2);
        }
        const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        CHECK(fd >= 0);
        close(fd);
    }
    setrlimit(RLIMIT_NOFILE, &limit);
}

TEST_CASE("events are counted where switches are recorded, too") {
    const Orders orders(kSoftware);
    record_switches(true);
    Counting counting;
    record_switches(false);
    if (!counting.works()) {
        ClockEvent alone;
        CHECK_FALSE(open_clock(alone, cpu_clock_order(kPeriodNs, false)));
        return say_skipped();
    }
    CHECK(counting.state->dropped[static_cast<std::size_t>(format::DropReason::Counters)] == 0);
    touch_pages(300);
    burn(3 * kPeriodNs);
    CHECK(read_ring(counting.state->clocks[0].ring).count >= 1);
    CHECK(counting.state->clocks[0].ring.latest[3] >= 300);
}

TEST_CASE("switch records tell how long a thread was kept from its CPU") {
    record_switches(true);
    ClockEvent clock;
    const bool works = open_clock(clock, cpu_clock_order(kPeriodNs, false));
    record_switches(false);
    if (!works) return say_skipped();
    cpu_set_t before, one;
    sched_getaffinity(0, sizeof(before), &before);
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof(one), &one);
    std::thread rival([] { burn(100 * kPeriodNs); });  // on the same CPU, as it inherits the affinity
    timespec begin{}, end{};
    clock_gettime(CLOCK_MONOTONIC, &begin);
    const std::uint64_t cpu_begin = cpu_ns();
    for (int i = 0; i < 100; ++i) {
        burn(kPeriodNs);
        read_ring(clock.ring);
    }
    const std::uint64_t cpu = cpu_ns() - cpu_begin;
    clock_gettime(CLOCK_MONOTONIC, &end);
    const double wall =
        static_cast<double>(end.tv_sec - begin.tv_sec) * 1e9 + static_cast<double>(end.tv_nsec - begin.tv_nsec);
    rival.join();
    sched_setaffinity(0, sizeof(before), &before);
    const double away = wall - static_cast<double>(cpu);
    CHECK(away > 10e6);
    CHECK(static_cast<double>(clock.ring.preempted_ns) == Approx(away).epsilon(0.15));
    close_clock(clock);
}

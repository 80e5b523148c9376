// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/parse.h"

#include <cstdlib>
#include <thread>

#include "base/error.h"
#include "counters/catalogue.h"
#include "counters/event_library.h"
#include "counters/generic_events.h"
#include "support/catch.h"

using namespace ftscale::counters;
using ftscale::base::Error;
using ftscale::base::ExitCode;

namespace {

/// The message and the hint of what is thrown for a name that is none.
std::string complaint(const std::string& name) {
    try {
        parse_events({name});
    } catch (const Error& error) {
        CHECK(error.code() == ExitCode::Usage);
        return std::string(error.what()) + " | " + error.hint();
    }
    FAIL("taken for an event: " + name);
    return {};
}

const Pmu* skylake() { return find_pmu("skl"); }

}  // namespace

TEST_CASE("the kernel's events by all their names, in any case") {
    struct Expected {
        const char* name;
        Encoding encoding;
    };
    for (const Expected& expected : std::vector<Expected>{{"cycles", {0, 0}},
                                                          {"CPU-cycles", {0, 0}},
                                                          {"INSTRUCTIONS", {0, 1}},
                                                          {"cache-misses", {0, 3}},
                                                          {"branch-misses", {0, 5}},
                                                          {"page-faults", {1, 2}},
                                                          {"faults", {1, 2}},
                                                          {"minor-faults", {1, 5}},
                                                          {"context-switches", {1, 3}},
                                                          {"cs", {1, 3}},
                                                          {"cpu-migrations", {1, 4}},
                                                          {"task-clock", {1, 1}},
                                                          {"alignment-faults", {1, 7}},
                                                          {"LLC-LOAD-MISSES", {3, 0x10002}},
                                                          {"LLC-load-misses", {3, 0x10002}},
                                                          {"perf::cycles", {0, 0}}}) {
        INFO(expected.name);
        const Event event = parse_event(expected.name);
        CHECK(event.encoding == expected.encoding);
        CHECK(event.name == expected.name);
        CHECK_FALSE(event.description.empty());
        CHECK(event.not_here.empty());
        CHECK(event.is_software() == (expected.encoding.type == 1));
    }
}

TEST_CASE("generic events are what libpfm4 takes their names for") {
    for (const GenericEvent& event : generic_events()) {
        INFO(event.name);
        const Translation translation = translate(event.name);
        if (translation.status == Translation::Status::Ok) CHECK(translation.encoding == event.encoding);
        CHECK(parse_event(event.name).encoding == event.encoding);
    }
}

TEST_CASE("roles of generic events") {
    CHECK(parse_event("cycles").role == Role::Cycles);
    CHECK(parse_event("instructions").role == Role::Instructions);
    CHECK(parse_event("LLC-load-misses").role == Role::CacheMisses);
    CHECK(parse_event("page-faults").role == Role::None);
    CHECK(role_name(Role::LineTransfers) == "line_transfers");
    CHECK(role_name(Role::None).empty());
}

TEST_CASE("raw events") {
    const Event event = parse_event("r1cD");
    CHECK(event.encoding == Encoding{kRaw, 0x1cd});
    CHECK(event.name == "r1cD");
}

TEST_CASE("the user side alone") {
    const Event event = parse_event("cycles:u");
    CHECK(event.encoding == kCyclesEvent);
    CHECK(event.user_only);
    CHECK(event.name == "cycles:u");
    CHECK_FALSE(parse_event("cycles").user_only);
    CHECK(parse_event("alignment-faults:u").user_only);
    CHECK_THAT(complaint("cycles:k"), ContainsSubstring("the kernel's part is not counted apart"));
}

TEST_CASE("lists") {
    const auto names = [](const std::vector<std::string>& lists) {
        std::vector<std::string> result;
        for (const Event& event : parse_events(lists)) result.push_back(event.name);
        return result;
    };
    using Names = std::vector<std::string>;
    CHECK(names({"cycles, instructions,", "cs"}) == Names{"cycles", "instructions", "cs"});
    CHECK(names({"faults,page-faults", "FAULTS"}) == Names{"faults"});
    CHECK(names({"cycles,cycles:u"}) == Names{"cycles", "cycles:u"});
    CHECK(names({}).empty());
    CHECK_THAT(complaint(""), ContainsSubstring("no event is named"));
    CHECK_THAT(complaint(" , "), ContainsSubstring("no event is named"));
}

TEST_CASE("unknown events: the nearest are offered") {
    CHECK_THAT(complaint("cylces"), ContainsSubstring("there is no event 'cylces' | did you mean cycles"));
    CHECK_THAT(complaint("cylces"), ContainsSubstring("? See ftscale events"));
    CHECK_THAT(complaint("page-fault"), ContainsSubstring("did you mean page-faults"));
    CHECK_THAT(complaint("LLC-misses"), ContainsSubstring("LLC-load-misses"));
    CHECK(complaint("xyzzyqwertz") == "there is no event 'xyzzyqwertz' | see ftscale events");
    CHECK_THAT(complaint("cycles instructions"), ContainsSubstring("there is no event 'cycles instructions'"));
    CHECK_THAT(complaint("cycles,cylces"), ContainsSubstring("there is no event 'cylces'"));
}

TEST_CASE("attributes that are none") {
    CHECK_THAT(complaint("cycles:foo"), ContainsSubstring("cycles takes no 'foo'"));
    CHECK_THAT(complaint("cycles:"), ContainsSubstring("takes no ''"));
    CHECK_THAT(complaint("cycles:pp"), ContainsSubstring(":u counts"));
    // What would make an event sample, or keep others off the PMU.
    for (const char* name : {"cycles:period=1000", "cycles:freq=10", "cycles:excl=1", "cycles:precise=2"})
        CHECK_THAT(complaint(name), ContainsSubstring("takes no"));
}

TEST_CASE("another processor's events are known, and not countable here") {
    if (skylake() == nullptr || skylake()->is_present) return;  // libpfm4 knows the PMUs of one architecture
    const Event event = parse_event("skl::mem_inst_retired:lock_loads");
    CHECK(event.full_name == "skl::MEM_INST_RETIRED:LOCK_LOADS");
    CHECK(event.encoding == Encoding{kRaw, 0x21d0});
    CHECK(event.not_here == "it is Intel Skylake's (skl), and this machine has another processor");
    CHECK_THAT(event.description, ContainsSubstring("locked access"));
}

TEST_CASE("unit masks and PMUs that are none") {
    if (skylake() == nullptr) return;
    CHECK_THAT(complaint("skl::MEM_INST_RETIRED:NOPE"),
               ContainsSubstring("MEM_INST_RETIRED has no unit mask 'NOPE' | there are "));
    CHECK_THAT(complaint("skl::MEM_INST_RETIRED:NOPE"), ContainsSubstring("LOCK_LOADS"));
    CHECK_THAT(complaint("skl::MEM_INST_RETIERD:LOCK_LOADS"), ContainsSubstring("skl::MEM_INST_RETIRED"));
    CHECK_THAT(complaint("skll::MEM_INST_RETIRED"), ContainsSubstring("there is no PMU 'skll' | did you mean skl"));
}

TEST_CASE("events are found by a part of their name") {
    for (const Pmu& pmu : known_pmus()) {
        if (pmu.kind != Pmu::Kind::Core || !pmu.is_present) continue;
        for (const LibraryEvent& event : events_of(pmu)) {
            if (event.unit_masks.size() < 2) continue;
            const std::string full = event.name + ":" + event.unit_masks.front().name;
            if (translate(pmu.name + "::" + full).status != Translation::Status::Ok) continue;
            INFO(full);
            CHECK_THAT(complaint(event.name + "X"), ContainsSubstring(event.name));
            return;
        }
    }
}

TEST_CASE("our own environment is left as it was") {
    known_pmus();
    CHECK(std::getenv("LIBPFM_ENCODE_INACTIVE") == nullptr);
}

TEST_CASE("the library is used by one thread at a time") {
    std::vector<std::thread> threads;
    std::vector<int> right(4);
    for (int& count : right) {
        threads.emplace_back([&count] {
            for (int i = 0; i < 50; ++i) count += parse_event("page-faults").encoding == Encoding{1, 2} ? 1 : 0;
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(right == std::vector<int>(4, 50));
}

TEST_CASE("the catalogue's names are names of events") {
    const auto sections = catalogue();
    REQUIRE(sections.size() >= 3);
    CHECK(sections.front().title == "Software events");
    for (const CatalogueSection& section : sections) {
        for (const CatalogueEntry& entry : section.entries) {
            INFO(entry.name);
            CHECK_FALSE(entry.description.empty());
            CHECK(parse_event(entry.name).encoding == entry.encoding);
            for (const std::string& alias : entry.aliases) CHECK(parse_event(alias).encoding == entry.encoding);
        }
    }
}

TEST_CASE("spelling as perf's") {
    CHECK(perf_spelling("LLC-LOAD-MISSES") == "LLC-load-misses");
    CHECK(perf_spelling("L1-DCACHE-LOADS") == "L1-dcache-loads");
    CHECK(perf_spelling("DTLB-LOADS") == "dTLB-loads");
    CHECK(perf_spelling("PAGE-FAULTS") == "page-faults");
}

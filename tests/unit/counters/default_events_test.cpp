// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/default_events.h"

#include <iterator>
#include <set>
#include <sstream>

#include "support/catch.h"

using namespace ftscale::counters;

namespace {

std::vector<std::string> pmus_of(const DefaultEvent& row) {
    std::istringstream names(row.pmus != nullptr ? row.pmus : "perf");
    return {std::istream_iterator<std::string>(names), {}};
}

std::vector<Pmu> machine_with(const std::string& pmu) { return {{pmu, pmu, Pmu::Kind::Core, true, -1}}; }

std::string first_for(const std::string& pmu, Role role) {
    for (const Candidate& candidate : default_candidates(machine_with(pmu))) {
        if (candidate.role == role) return candidate.name;
    }
    return {};
}

/// Processors that are younger than the libpfm4 of Debian 12.
const std::set<std::string> kNewer = {"emr",    "gnr",   "amd64_fam1ah_zen5", "arm_ac55", "arm_ac72", "arm_ac76",
                                      "arm_n3", "arm_v3"};

}  // namespace

TEST_CASE("libpfm4 knows every event of the table on every processor it is meant for") {
    int translated = 0;
    for (const DefaultEvent& row : default_event_table()) {
        for (const std::string& pmu : pmus_of(row)) {
            const std::string name = name_on(row, pmu);
            INFO(pmu << ": " << name);
            if (find_pmu(pmu) == nullptr) {
                // The library is built for one architecture, and may be older than the processor.
                CHECK((kNewer.count(pmu) != 0 || (pmu.rfind("arm_", 0) == 0) != (find_pmu("arm_ac57") != nullptr)));
                continue;
            }
            const Translation translation = translate(name);
            CHECK(translation.problem == "");
            CHECK(translation.status == Translation::Status::Ok);
            ++translated;
        }
    }
    CHECK(translated > 10);
}

TEST_CASE("what is counted by default, by processor") {
    CHECK(first_for("skx", Role::LineTransfers) == "skx::MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM");
    CHECK(first_for("spr", Role::LineTransfers) == "spr::MEM_LOAD_L3_HIT_RETIRED:XSNP_FWD");
    CHECK(first_for("skx", Role::LockedLoads) == "skx::MEM_INST_RETIRED:LOCK_LOADS");
    CHECK(first_for("hsw", Role::LockedLoads) == "hsw::MEM_UOPS_RETIRED:LOCK_LOADS");
    CHECK(first_for("icx", Role::MemoryOrderClears) == "icx::MACHINE_CLEARS:MEMORY_ORDERING");
    CHECK(first_for("icx", Role::CacheMisses) == "perf::CACHE-MISSES");
    CHECK(first_for("amd64_fam19h_zen4", Role::CacheMisses) ==
          "amd64_fam19h_zen4::DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:DRAM_IO_NEAR:DRAM_IO_FAR");
    CHECK(first_for("amd64_fam19h_zen3", Role::LineTransfers) ==
          "amd64_fam19h_zen3::DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:INT_CACHE:EXT_CACHE_LCL:EXT_CACHE_RMT");
    CHECK(first_for("amd64_fam19h_zen4", Role::LockedLoads).empty());
    CHECK(first_for("arm_n1", Role::ExclusiveFailures) == "arm_n1::STREX_FAIL_SPEC");
    CHECK(first_for("arm_n1", Role::RemoteAccesses) == "arm_n1::REMOTE_ACCESS");
    CHECK(first_for("arm_ac57", Role::CacheMisses) == "arm_ac57::L2D_CACHE_REFILL");
    CHECK(first_for("arm_ac57", Role::RemoteAccesses).empty());
}

TEST_CASE("on a processor that nobody knows: cycles and instructions") {
    const auto candidates = default_candidates({});
    REQUIRE(candidates.size() == 2);
    CHECK(candidates[0].name == "perf::CYCLES");
    CHECK(candidates[1].name == "perf::INSTRUCTIONS");
    // A PMU that libpfm4 knows and this machine does not have.
    CHECK(default_candidates({{"skx", "", Pmu::Kind::Core, false, -1}}).size() == 2);
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/default_events.h"

#include <algorithm>
#include <cstring>
#include <sstream>

namespace ftscale::counters {
namespace {

// "cache-misses" is of the last level on Intel only: AMD's counts level 2, Arm's level 1. Intel's models that libpfm4
// does not know are ix86arch.
constexpr const char* kIntel =
    "ix86arch nhm nhm_ex wsm wsm_dp snb snb_ep ivb ivb_ep hsw hsw_ep bdw bdw_ep skl skx clx icl icx spr emr gnr";
constexpr const char* kIntelSinceSkylake = "skl skx clx icl icx spr emr gnr";
constexpr const char* kIntelBeforeSkylake = "snb snb_ep ivb ivb_ep hsw hsw_ep bdw bdw_ep";
constexpr const char* kIntelWithMachineClears =
    "snb snb_ep ivb ivb_ep hsw hsw_ep bdw bdw_ep skl skx clx icl icx spr emr gnr";
constexpr const char* kArmWithLastLevelMisses = "arm_ac76 arm_n1 arm_n2 arm_n3 arm_v1 arm_v2 arm_v3 arm_kunpeng";
constexpr const char* kArmWithExclusives =
    "arm_thunderx2 arm_ac76 arm_n1 arm_n2 arm_n3 arm_v1 arm_v2 arm_v3 arm_kunpeng";
constexpr const char* kArmWithRemoteAccesses = "arm_ac76 arm_n1 arm_n2 arm_n3 arm_v1 arm_v2 arm_v3 arm_kunpeng";

constexpr DefaultEvent kTable[] = {
    {Role::Cycles, nullptr, "perf::CYCLES"},
    {Role::Instructions, nullptr, "perf::INSTRUCTIONS"},

    {Role::CacheMisses, kIntel, "perf::CACHE-MISSES"},
    {Role::CacheMisses, "amd64_fam17h_zen2", "DATA_CACHE_REFILLS_FROM_SYSTEM:LS_MABRESP_LCL_DRAM:LS_MABRESP_RMT_DRAM"},
    {Role::CacheMisses, "amd64_fam19h_zen3", "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:MEM_IO_LCL:MEM_IO_RMT"},
    {Role::CacheMisses, "amd64_fam19h_zen4 amd64_fam1ah_zen5",
     "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:DRAM_IO_NEAR:DRAM_IO_FAR"},
    {Role::CacheMisses, kArmWithLastLevelMisses, "LL_CACHE_MISS_RD"},
    {Role::CacheMisses, "arm_ac53 arm_ac57 arm_ac72", "L2D_CACHE_REFILL"},  // level 2 is their last

    // HITM: the line was modified in the other core. Sapphire Rapids calls the same event FWD.
    {Role::LineTransfers, "spr emr gnr", "MEM_LOAD_L3_HIT_RETIRED:XSNP_FWD"},
    {Role::LineTransfers, "skl skx clx icl icx", "MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM"},
    {Role::LineTransfers, "hsw hsw_ep bdw bdw_ep", "MEM_LOAD_UOPS_L3_HIT_RETIRED:XSNP_HITM"},
    {Role::LineTransfers, "snb snb_ep ivb ivb_ep", "MEM_LOAD_UOPS_LLC_HIT_RETIRED:XSNP_HITM"},
    // AMD tells which cache a line came from, not whether it was modified there; and of the core's own complex the
    // third level stands together with the other cores' second. So it is the growth that says something.
    {Role::LineTransfers, "amd64_fam17h_zen2",
     "DATA_CACHE_REFILLS_FROM_SYSTEM:LS_MABRESP_LCL_CACHE:LS_MABRESP_RMT_CACHE"},
    {Role::LineTransfers, "amd64_fam19h_zen3",
     "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:INT_CACHE:EXT_CACHE_LCL:EXT_CACHE_RMT"},
    {Role::LineTransfers, "amd64_fam19h_zen4",
     "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:LOCAL_CCX:NEAR_CACHE_NEAR_FAR:FAR_CACHE_NEAR_FAR"},
    {Role::LineTransfers, "amd64_fam1ah_zen5",
     "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:LOCAL_CCX:NEAR_FAR_CACHE_NEAR:NEAR_FAR_CACHE_FAR"},

    {Role::LockedLoads, kIntelSinceSkylake, "MEM_INST_RETIRED:LOCK_LOADS"},
    {Role::LockedLoads, kIntelBeforeSkylake, "MEM_UOPS_RETIRED:LOCK_LOADS"},

    {Role::MemoryOrderClears, kIntelWithMachineClears, "MACHINE_CLEARS:MEMORY_ORDERING"},

    {Role::ExclusiveFailures, kArmWithExclusives, "STREX_FAIL_SPEC"},
    {Role::ExclusiveFailures, "arm_ac57 arm_ac72 arm_xgene", "INST_SPEC_EXEC_STREX_FAIL"},

    {Role::RemoteAccesses, kArmWithRemoteAccesses, "REMOTE_ACCESS"},
    {Role::RemoteAccesses, "arm_ac55", "REMOTE_ACCESS_RD"},
};

}  // namespace

std::span<const DefaultEvent> default_event_table() { return kTable; }

bool concerns(const DefaultEvent& row, const std::string& pmu) {
    if (row.pmus == nullptr) return true;
    std::istringstream names(row.pmus);
    for (std::string name; names >> name;) {
        if (name == pmu) return true;
    }
    return false;
}

std::string name_on(const DefaultEvent& row, const std::string& pmu) {
    return std::strstr(row.event, "::") != nullptr ? row.event : pmu + "::" + row.event;
}

std::vector<Candidate> default_candidates(const std::vector<Pmu>& pmus) {
    std::vector<Candidate> candidates;
    for (const DefaultEvent& row : kTable) {
        if (row.pmus == nullptr) candidates.push_back({row.role, row.event});
        for (const Pmu& pmu : pmus) {
            if (row.pmus != nullptr && pmu.is_present && concerns(row, pmu.name))
                candidates.push_back({row.role, name_on(row, pmu.name)});
        }
    }
    return candidates;
}

Role role_of(const Encoding& event) {
    for (const Candidate& candidate : default_candidates(known_pmus())) {
        const Translation translation = translate(candidate.name);
        if (translation.status == Translation::Status::Ok && translation.encoding == event) return candidate.role;
    }
    static const Encoding last_level_load_misses = translate("perf::LLC-LOAD-MISSES").encoding;
    return event == last_level_load_misses ? Role::CacheMisses : Role::None;
}

}  // namespace ftscale::counters

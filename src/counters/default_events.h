// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "counters/event.h"
#include "counters/event_library.h"

namespace ftscale::counters {

/// A row of the table: on these processors this event plays this role.
struct DefaultEvent {
    Role role;
    const char* pmus;   // libpfm4's names, separated by blanks; nullptr: any
    const char* event;  // of that PMU, or with a PMU of its own: "perf::CACHE-MISSES"
};

/// All rows, those to be tried first of each role first.
std::span<const DefaultEvent> default_event_table();

/// Whether the row is about this PMU.
bool concerns(const DefaultEvent& row, const std::string& pmu);

/// A row's event on one of its PMUs, in full: "skl::MEM_INST_RETIRED:LOCK_LOADS".
std::string name_on(const DefaultEvent& row, const std::string& pmu);

struct Candidate {
    Role role = Role::None;
    std::string name;
};

/// What to try on a machine with these PMUs, in order. Of each role the first one that can be counted is wanted.
std::vector<Candidate> default_candidates(const std::vector<Pmu>& pmus);

/// What an event means on this machine: by the table above.
Role role_of(const Encoding& event);

}  // namespace ftscale::counters

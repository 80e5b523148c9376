// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// libpfm4: what events are called, on this machine's processor and on others. It has global state; all calls are made
// one at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "counters/opener.h"

namespace ftscale::counters {

/// A set of events that libpfm4 knows under one name.
struct Pmu {
    enum class Kind { Core, Kernel, Other };  // Kernel: the generic events; Other: of a socket, not of a thread
    std::string name;                         // "skl", "perf"
    std::string description;                  // "Intel Skylake"
    Kind kind = Kind::Other;
    bool is_present = false;  // this machine's
    int first_event = -1;
};

struct UnitMask {
    std::string name;
    std::string description;
};

struct LibraryEvent {
    std::string name;  // without the PMU
    std::string description;
    std::string equivalent;  // the event this is another name of; else empty
    std::vector<UnitMask> unit_masks;
};

/// What libpfm4 makes of an event's name.
struct Translation {
    enum class Status { Ok, UnknownEvent, UnknownAttribute, MissingUnitMask, Unusable };
    Status status = Status::UnknownEvent;
    std::string problem;  // libpfm4's own words, unless Ok
    Encoding encoding;
    bool excludes_user = false;    // NAME:k
    bool excludes_kernel = false;  // NAME:u
    std::string pmu;
    std::string full_name;  // "skl::MEM_INST_RETIRED:LOCK_LOADS"
    LibraryEvent event;
};

/// All PMUs that libpfm4 knows, present or not. Throws base::Error when libpfm4 cannot be used.
const std::vector<Pmu>& known_pmus();
const Pmu* find_pmu(const std::string& name);

std::vector<LibraryEvent> events_of(const Pmu& pmu);
/// By name, in any case: "skl::MEM_INST_RETIRED" or, of the PMUs of this machine, "CYCLES". Without unit masks.
std::optional<LibraryEvent> find_event(const std::string& name);

/// Events of PMUs that are not this machine's are translated, too, where the name starts with the PMU's.
Translation translate(const std::string& name);

}  // namespace ftscale::counters

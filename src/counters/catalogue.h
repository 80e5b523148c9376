// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The events that this machine knows, whether or not they can be counted here.
#pragma once

#include <string>
#include <vector>

#include "counters/opener.h"

namespace ftscale::counters {

/// An event by one of its names. Where it has unit masks each of them is an entry of its own.
struct CatalogueEntry {
    std::string name;                  // as `-e` takes it: "page-faults", "MEM_INST_RETIRED:LOCK_LOADS"
    std::vector<std::string> aliases;  // other names for the same: "faults"
    std::string description;
    Encoding encoding;
};

struct CatalogueSection {
    std::string title;  // "Software events"
    std::vector<CatalogueEntry> entries;
    std::string pmu = {};  // libpfm4's name; empty for the kernel's own events
};

/// The kernel's generic events, its software events, its cache events, and those of each PMU of this machine.
std::vector<CatalogueSection> catalogue();

/// All names and aliases in it.
std::vector<std::string> names_in(const std::vector<CatalogueSection>& sections);

/// libpfm4's "LLC-LOAD-MISSES" as `perf list` spells it.
std::string perf_spelling(const std::string& name);

}  // namespace ftscale::counters

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "counters/access.h"
#include "counters/catalogue.h"
#include "counters/plan.h"

namespace ftscale::cli {

/// Whether one of the names contains the pattern or, where that has * ? or [, matches it as a whole; in any case.
bool matches(const counters::CatalogueEntry& entry, const std::string& pattern);

/// The events with such a name, without the sections in which there is none.
std::vector<counters::CatalogueSection> matching(const std::vector<counters::CatalogueSection>& sections,
                                                 const std::string& pattern);

/// An event, and whether it can be counted.
struct ListedEvent {
    counters::CatalogueEntry entry;
    counters::EventAccess access;
};

struct ListedSection {
    std::string title;
    std::vector<ListedEvent> events;
};

/// Tries all of them on the calling thread.
std::vector<ListedSection> try_events(const std::vector<counters::CatalogueSection>& sections,
                                      const counters::Surroundings& surroundings, counters::Opener& opener);

/// For a reader, in 80 columns: section by section, and below them what its first column means.
std::string format_events(const std::vector<ListedSection>& sections);

}  // namespace ftscale::cli

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/event_list.h"

#include "support/catch.h"

using namespace ftscale;
using cli::ListedEvent;
using counters::CatalogueEntry;
using counters::CatalogueSection;

namespace {

const CatalogueEntry kFaults{"page-faults", {"faults"}, "Page faults, minor and major", {1, 2}};
const CatalogueEntry kCycles{"cycles", {"cpu-cycles"}, "CPU cycles", {0, 0}};
const CatalogueEntry kLong{"DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:LOCAL_CCX",
                           {},
                           "Demand data cache fills by data source: fill from level 3 or a different level 2",
                           {4, 0x243}};

ListedEvent countable(const CatalogueEntry& entry) {
    counters::EventAccess access;
    access.possible = access.kernel_side = true;
    return {entry, access};
}

ListedEvent user_side(const CatalogueEntry& entry) {
    counters::EventAccess access;
    access.possible = true;
    return {entry, access};
}

ListedEvent missing(const CatalogueEntry& entry, const std::string& reason) {
    counters::EventAccess access;
    access.reason = reason;
    return {entry, access};
}

}  // namespace

TEST_CASE("patterns: a part of a name, or a glob of the whole, in any case") {
    CHECK(cli::matches(kFaults, "fault"));
    CHECK(cli::matches(kFaults, "PAGE"));
    CHECK(cli::matches(kFaults, "faults"));
    CHECK(cli::matches(kFaults, "fau*"));  // the alias
    CHECK(cli::matches(kFaults, "*-FAULTS"));
    CHECK(cli::matches(kFaults, "page?faults"));
    CHECK(cli::matches(kFaults, "[op]age-*"));
    CHECK_FALSE(cli::matches(kFaults, "age*"));
    CHECK_FALSE(cli::matches(kFaults, "minor"));  // in the description only
}

TEST_CASE("sections without a match are left out") {
    const std::vector<CatalogueSection> sections = {{"Software", {kFaults}}, {"Hardware", {kCycles}}};
    const auto found = cli::matching(sections, "cyc");
    REQUIRE(found.size() == 1);
    CHECK(found[0].title == "Hardware");
    CHECK(cli::matching(sections, "zzz").empty());
}

TEST_CASE("the list") {
    const std::string text =
        cli::format_events({{"Software events", {countable(kFaults)}},
                            {"Hardware events", {missing(kCycles, "no PMU"), missing(kLong, "no PMU")}}});
    CHECK(text ==
          "Software events\n"
          "  yes   page-faults, faults        Page faults, minor and major\n"
          "\n"
          "Hardware events\n"
          "  no    cycles, cpu-cycles         CPU cycles\n"
          "  no    DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:LOCAL_CCX\n"
          "            Demand data cache fills by data source: fill from level 3 or a\n"
          "            different level 2\n"
          "\n"
          "no: no PMU\n");
}

TEST_CASE("what the first column means, where it needs words") {
    CHECK_THAT(cli::format_events({{"S", {user_side(kFaults)}}}),
               ContainsSubstring("  user  page-faults") && ContainsSubstring("\nuser: not counted while"));
    const std::string two =
        cli::format_events({{"S", {missing(kFaults, "b"), missing(kCycles, "a"), missing(kLong, "a")}}});
    CHECK_THAT(two, ContainsSubstring("\nno: a (2 events)\nno: b (1 event)\n"));
    const std::string all = cli::format_events({{"S", {countable(kFaults)}}});
    CHECK_THAT(all, !ContainsSubstring("no:") && !ContainsSubstring("user:"));
}

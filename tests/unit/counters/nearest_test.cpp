// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/nearest.h"

#include "support/catch.h"

using namespace ftscale::counters;
using Names = std::vector<std::string>;

TEST_CASE("edit distance") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("cycles", "CYCLES") == 0);
    CHECK(edit_distance("cylces", "cycles") == 1);  // swapped
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("ca", "abc") == 3);  // each pair swapped once, nothing put in between
}

TEST_CASE("nearest names: the fewest mistakes first") {
    const Names names = {"bus-cycles", "cycles", "ref-cycles", "page-faults", "major-faults"};
    CHECK(nearest_names("cycels", names).front() == "cycles");
    CHECK(nearest_names("page-falts", names) == Names{"page-faults"});
    CHECK(nearest_names("faults", names) == Names{"page-faults", "major-faults"});
    CHECK(nearest_names("qwertz", names).empty());
    CHECK(nearest_names("", names).empty());
}

TEST_CASE("nearest names: a part is enough, in any order of parts") {
    const Names names = {"MEM_INST_RETIRED:LOCK_LOADS", "MEM_INST_RETIRED:ALL_LOADS", "MACHINE_CLEARS:MEMORY_ORDERING"};
    CHECK(nearest_names("LOCK_LODS", names) == Names{"MEM_INST_RETIRED:LOCK_LOADS"});
    CHECK(nearest_names("memory_order_clears", names).empty());  // "order" is not like "ordering"
    CHECK(nearest_names("memory-ordering", names) == Names{"MACHINE_CLEARS:MEMORY_ORDERING"});
}

TEST_CASE("nearest names: at most five, each once") {
    const Names names = {"a-fault", "b-fault", "c-fault", "d-fault", "e-fault", "f-fault", "a-fault"};
    CHECK(nearest_names("fault", names).size() == 5);
    CHECK(nearest_names("a-fault", names).front() == "a-fault");
    CHECK(nearest_names("a-fautl", names, 2) == Names{"a-fault", "b-fault"});
}

TEST_CASE("nearest names: short words are not alike by accident") {
    CHECK(nearest_names("xy", {"cs", "cycles"}).empty());
    CHECK(nearest_names("sc", {"cs"}).empty());
}

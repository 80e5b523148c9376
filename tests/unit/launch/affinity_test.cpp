// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/affinity.h"

#include "support/catch.h"

namespace ftscale::launch {
namespace {

// Two packages of two cores of two CPUs, numbered as Linux does: siblings are 4 apart, packages alternate.
//     package 0: cores {0,4} {2,6}      package 1: cores {1,5} {3,7}
std::vector<Cpu> two_sockets_with_smt() {
    return {{0, 0, 0}, {1, 1, 1}, {2, 0, 2}, {3, 1, 3}, {4, 0, 0}, {5, 1, 1}, {6, 0, 2}, {7, 1, 3}};
}

TEST_CASE("each thread gets a physical core of its own while there are some, one package first") {
    const auto topology = two_sockets_with_smt();
    CHECK(choose_cpus(topology, 1).cpus == std::vector<int>{0});
    CHECK(choose_cpus(topology, 2).cpus == std::vector<int>{0, 2});
    CHECK(choose_cpus(topology, 3).cpus == std::vector<int>{0, 1, 2});
    const Placement all_cores = choose_cpus(topology, 4);
    CHECK(all_cores.cpus == std::vector<int>{0, 1, 2, 3});
    CHECK_FALSE(all_cores.smt_siblings);
    CHECK_FALSE(all_cores.oversubscribed);
}

TEST_CASE("siblings come after the cores and are flagged") {
    const Placement placement = choose_cpus(two_sockets_with_smt(), 5);
    CHECK(placement.cpus == std::vector<int>{0, 1, 2, 3, 4});
    CHECK(placement.smt_siblings);
    CHECK_FALSE(placement.oversubscribed);
    CHECK_FALSE(choose_cpus(two_sockets_with_smt(), 8).oversubscribed);
}

TEST_CASE("more threads than CPUs get all CPUs and are flagged") {
    const Placement placement = choose_cpus({{3, 0, 3}, {5, 0, 5}}, 4);
    CHECK(placement.cpus == std::vector<int>{3, 5});
    CHECK(placement.oversubscribed);
    CHECK_FALSE(placement.smt_siblings);
}

TEST_CASE("siblings are recognised where the core's first CPU may not be used") {
    // CPUs 4 and 8 are both siblings of CPU 0, which is not ours.
    const Placement placement = choose_cpus({{4, 0, 0}, {8, 0, 0}, {9, 0, 1}}, 2);
    CHECK(placement.cpus == std::vector<int>{4, 9});
    CHECK_FALSE(placement.smt_siblings);
    CHECK(choose_cpus({{4, 0, 0}, {8, 0, 0}, {9, 0, 1}}, 3).smt_siblings);
}

}  // namespace
}  // namespace ftscale::launch

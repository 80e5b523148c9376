// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/check_outputs.h"

#include <set>

#include "base/error.h"
#include "cli/more_repeats.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

TEST_CASE("a file to be written beside: its format, and a path that may hold anything") {
    const cli::ExtraOutput extra = cli::parse_extra_output("junit=a=b.xml");
    CHECK(extra.format == "junit");
    CHECK(extra.path == "a=b.xml");
    for (const char* wrong : {"", "junit", "junit=", "=x", "yaml=x", "JUNIT=x"})
        CHECK_THROWS_AS(cli::parse_extra_output(wrong), base::Error);
}

TEST_CASE("every format has a name of its own") {
    const auto& names = cli::check_formats();
    CHECK(names.front() == "text");
    CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
}

TEST_CASE("looks are at twice as many repeats each time, up to the limit") {
    CHECK(cli::repeats_by_look(5, 40) == std::vector<int>{5, 10, 20, 40});
    CHECK(cli::repeats_by_look(6, 20) == std::vector<int>{6, 12, 20});
    CHECK(cli::repeats_by_look(10, 10) == std::vector<int>{10});
    CHECK(cli::repeats_by_look(10, 0) == std::vector<int>{10});
    CHECK(cli::repeats_by_look(0, 3) == std::vector<int>{1, 3});
    CHECK(cli::repeats_by_look(1, 40) == std::vector<int>{1, 8, 16, 32, 40});
}

TEST_CASE("looks that would say no more are left out") {
    CHECK(cli::next_look({5, 10, 20, 40}, 5, 7) == 10);
    CHECK(cli::next_look({5, 10, 20, 40}, 5, 17) == 20);
    CHECK(cli::next_look({5, 10, 20, 40}, 20, 17) == 40);
    CHECK(cli::next_look({5, 10, 20, 40}, 10, 1000) == 40);
}

}  // namespace
}  // namespace ftscale::tests

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/probe_location.h"

#include "base/error.h"
#include "support/catch.h"
#include "unit/launch/temporary_folder.h"

namespace ftscale::launch {
namespace {

TEST_CASE("the probe stands beside the tool, in a build tree and once installed") {
    TemporaryFolder prefix;
    const auto tool = prefix.path() / "bin/ftscale";
    CHECK_THROWS_AS(locate_probe(tool, {}), base::Error);
    const auto installed = prefix.write("lib/ftscale/libftscale_probe.so", "");
    CHECK(locate_probe(tool, {}) == installed);
    const auto built = prefix.write("lib/libftscale_probe.so", "");
    CHECK(locate_probe(tool, {}) == built);
}

TEST_CASE("FTSCALE_PROBE names the probe") {
    TemporaryFolder folder;
    const auto probe = folder.write("mine.so", "");
    CHECK(locate_probe("/usr/bin/ftscale", Variables::of({{"FTSCALE_PROBE", probe.string()}})) == probe);
    CHECK_THROWS_WITH(locate_probe("/usr/bin/ftscale", Variables::of({{"FTSCALE_PROBE", "/nowhere.so"}})),
                      "FTSCALE_PROBE: '/nowhere.so' not found");
}

TEST_CASE("a place that LD_PRELOAD cannot name is refused") {
    TemporaryFolder folder;
    const auto probe = folder.write("my probes/probe.so", "");
    CHECK_THROWS_WITH(locate_probe("/usr/bin/ftscale", Variables::of({{"FTSCALE_PROBE", probe.string()}})),
                      ContainsSubstring("no blanks"));
}

}  // namespace
}  // namespace ftscale::launch

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/made_here.h"

#include <sys/stat.h>

#include "base/error.h"
#include "cli/more_repeats.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

namespace ftscale::cli {
namespace {

recording::Manifest some_manifest() {
    recording::Manifest manifest;
    manifest.id = new_recording_id();
    manifest.argv = {"bench.py", "7"};
    manifest.interpreter.path = "/usr/bin/python3.14t";
    manifest.working_directory = std::filesystem::current_path().string();
    return manifest;
}

launch::Variables with_state(const tests::TemporaryFolder& folder) {
    return launch::Variables::of({{"XDG_STATE_HOME", folder.path().string()}});
}

TEST_CASE("what was made here is known again, by its command") {
    const tests::TemporaryFolder folder;
    const launch::Variables variables = with_state(folder);
    const recording::Manifest manifest = some_manifest();
    CHECK_FALSE(is_made_here(manifest, variables));
    remember_as_made_here(manifest, variables);
    CHECK(is_made_here(manifest, variables));
    recording::Manifest changed = manifest;
    changed.argv = {"-c", "print()"};
    CHECK_FALSE(is_made_here(changed, variables));
    changed = manifest;
    changed.interpreter.path = "/tmp/python";
    CHECK_FALSE(is_made_here(changed, variables));
    changed = manifest;
    changed.working_directory = "/";
    CHECK_FALSE(is_made_here(changed, variables));
    CHECK(new_recording_id() != new_recording_id());
}

TEST_CASE("what others could have written, or put in the id's place, is not believed") {
    const tests::TemporaryFolder folder;
    const launch::Variables variables = with_state(folder);
    recording::Manifest manifest = some_manifest();
    remember_as_made_here(manifest, variables);
    const auto path = folder / ("ftscale/recordings/" + manifest.id);
    struct stat facts {};
    REQUIRE(stat(path.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
    REQUIRE(chmod(path.c_str(), 0666) == 0);
    CHECK_FALSE(is_made_here(manifest, variables));
    manifest.id = "../recordings/" + manifest.id;
    CHECK_FALSE(is_made_here(manifest, variables));
    manifest.id.clear();
    remember_as_made_here(manifest, variables);
    CHECK_FALSE(is_made_here(manifest, variables));
    CHECK_FALSE(is_made_here(some_manifest(), launch::Variables::of({})));
}

TEST_CASE("the command of a stranger's recording is run where it is given again, and is the recorded one") {
    const recording::Manifest manifest = some_manifest();
    CHECK_THROWS_AS(target_to_run_again(manifest, {}), base::Error);
    const launch::Target same{launch::Target::Kind::Script, "bench.py", {"7"}};
    CHECK(target_to_run_again(manifest, {.target = same, .python = {}, .environment = {}}).program == "bench.py");
    const launch::Target other{launch::Target::Kind::Script, "other.py", {"7"}};
    CHECK_THROWS_AS(target_to_run_again(manifest, {.target = other, .python = {}, .environment = {}}), base::Error);
}

}  // namespace
}  // namespace ftscale::cli

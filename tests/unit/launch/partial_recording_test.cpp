// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/partial_recording.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "base/error.h"
#include "ftscale/recording_format.h"
#include "recording/reader.h"
#include "support/catch.h"
#include "support/stream_builder.h"
#include "unit/launch/temporary_folder.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

/// What the constructor says; empty when it is content.
std::string refusal(const fs::path& output) {
    try {
        const PartialRecording partial(output);
    } catch (const base::Error& error) {
        return std::string(error.what()) + " (" + error.hint() + ")";
    }
    return {};
}

mode_t mode_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(lstat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

recording::Manifest one_run() {
    recording::Manifest manifest;
    manifest.argv = {"script.py"};
    manifest.runs.emplace_back().id = 0;
    manifest.interrupted = true;
    return manifest;
}

/// What a sweep that was killed leaves.
void leave_behind(const TemporaryFolder& folder, const std::string& name) {
    folder.write(name + "/manifest.json", recording::to_json(one_run()));
    tests::StreamBuilder stream;
    stream.thread(0).process_begin(1, 41, "/no/such/python").begin(2, 41, "main");
    const auto bytes = stream.bytes();
    folder.write(name + "/run-0/process-41.stream",
                 std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    fs::permissions(folder.path() / name, fs::perms::owner_all);
}

TEST_CASE("the folder and all in it is ours alone") {
    const TemporaryFolder folder;
    const mode_t umask_before = umask(0);
    {
        PartialRecording partial(folder.path() / "a.ftscale");
        partial.save(one_run());
        const fs::path run = partial.make_run_folder(0, 5000);
        CHECK(run == folder.path() / "a.ftscale.partial/run-0");
        CHECK(mode_of(folder.path() / "a.ftscale.partial") == 0700);
        CHECK(mode_of(run) == 0700);
        CHECK(mode_of(run / "budget") == 0600);
        CHECK(mode_of(folder.path() / "a.ftscale.partial/manifest.json") == 0600);
        partial.pack(one_run());
    }
    umask(umask_before);
    CHECK_FALSE(fs::exists(folder.path() / "a.ftscale.partial"));
    CHECK(recording::is_recording(folder.path() / "a.ftscale"));
}

TEST_CASE("the budget is a page that says how much a run may take; without a bound there is none") {
    const TemporaryFolder folder;
    const PartialRecording partial(folder.path() / "a.ftscale");
    const std::string page = text_of(partial.make_run_folder(3, 5000) / format::kBudgetFile);
    REQUIRE(page.size() == format::kBudgetBytes);
    format::Budget budget;
    std::memcpy(&budget, page.data(), sizeof(budget));
    CHECK(budget.magic == format::kBudgetMagic);
    CHECK(budget.limit_bytes == 5000);
    CHECK(page.find_first_not_of('\0', 16) == std::string::npos);
    CHECK(fs::is_empty(partial.make_run_folder(4, 0)));
}

TEST_CASE("a folder that others may write to is refused, with what to do") {
    const TemporaryFolder folder;
    fs::create_directory(folder.path() / "a.ftscale.partial");
    for (const mode_t mode : {0777, 0770, 0722, 0702}) {
        REQUIRE(chmod((folder.path() / "a.ftscale.partial").c_str(), mode) == 0);
        CHECK_THAT(refusal(folder.path() / "a.ftscale"), ContainsSubstring("others may write to the folder") &&
                                                             ContainsSubstring("remove it, or name another"));
    }
    REQUIRE(chmod((folder.path() / "a.ftscale.partial").c_str(), 0755) == 0);
    CHECK(refusal(folder.path() / "a.ftscale").empty());
}

TEST_CASE("another user's folder is refused") {
    if (geteuid() != 0) return;  // nobody else can give one away
    const TemporaryFolder folder;
    const fs::path theirs = folder.path() / "a.ftscale.partial";
    fs::create_directory(theirs);
    REQUIRE(chmod(theirs.c_str(), 0700) == 0);
    REQUIRE(chown(theirs.c_str(), 65534, 65534) == 0);
    CHECK_THAT(refusal(folder.path() / "a.ftscale"), ContainsSubstring("belongs to another user"));
    CHECK(fs::exists(theirs));
}

TEST_CASE("a link in the folder's place is refused, links in it are removed, not followed") {
    const TemporaryFolder folder;
    folder.write("elsewhere/precious", "precious");
    fs::create_symlink(folder.path() / "elsewhere", folder.path() / "a.ftscale.partial");
    CHECK_THAT(refusal(folder.path() / "a.ftscale"), ContainsSubstring("is in the way"));

    fs::create_directory(folder.path() / "b.ftscale.partial");
    fs::permissions(folder.path() / "b.ftscale.partial", fs::perms::owner_all);
    fs::create_symlink(folder.path() / "elsewhere", folder.path() / "b.ftscale.partial/run-0");
    fs::create_symlink(folder.path() / "elsewhere/precious", folder.path() / "b.ftscale.partial/manifest.json.new");
    {
        PartialRecording partial(folder.path() / "b.ftscale");
        CHECK(fs::is_empty(folder.path() / "b.ftscale.partial"));
        fs::create_symlink(folder.path() / "elsewhere/precious", folder.path() / "b.ftscale.partial/manifest.json.new");
        partial.save(one_run());
        fs::create_symlink(folder.path() / "elsewhere", folder.path() / "b.ftscale.partial/run-1");
        CHECK_THROWS_AS(partial.make_run_folder(1, 0), base::Error);
    }
    CHECK(text_of(folder.path() / "elsewhere/precious") == "precious");
}

TEST_CASE("whatever becomes of the folder's name, we stay in our own") {
    const TemporaryFolder folder;
    const fs::path ours = folder.path() / "a.ftscale.partial";
    PartialRecording partial(folder.path() / "a.ftscale");
    fs::rename(ours, folder.path() / "moved");
    fs::create_directory(ours);
    folder.write("a.ftscale.partial/theirs", "precious");
    partial.save(one_run());
    partial.make_run_folder(0, 0);
    CHECK(fs::exists(folder.path() / "moved/manifest.json"));
    CHECK(fs::exists(folder.path() / "moved/run-0"));
    partial.pack(one_run());
    CHECK(recording::is_recording(folder.path() / "a.ftscale"));
    CHECK(text_of(ours / "theirs") == "precious");
}

TEST_CASE("what a killed sweep has left is packed under a name of its own") {
    const TemporaryFolder folder;
    for (const char* kept : {"a-unfinished.ftscale", "a-unfinished-2.ftscale"}) {
        leave_behind(folder, "a.ftscale.partial");
        CHECK(refusal(folder.path() / "a.ftscale").empty());
        REQUIRE(fs::exists(folder.path() / kept));
        CHECK(recording::load(folder.path() / kept).runs.at(0).processes.at(0).pid == 41);
    }
    CHECK_FALSE(fs::exists(folder.path() / "a.ftscale.partial"));
}

TEST_CASE("what cannot be packed is moved out of the way") {
    const TemporaryFolder folder;
    leave_behind(folder, "a.ftscale.partial");
    folder.write("a.ftscale.partial/manifest.json", "damaged");
    {
        PartialRecording partial(folder.path() / "a.ftscale");
        CHECK(fs::is_empty(folder.path() / "a.ftscale.partial"));
        CHECK_THAT(refusal(folder.path() / "a.ftscale"), ContainsSubstring("another ftscale is writing it"));
    }
    CHECK(fs::exists(folder.path() / "a-unfinished.ftscale.partial/run-0/process-41.stream"));
}

TEST_CASE("a sweep that was killed before it recorded anything leaves nothing worth keeping") {
    const TemporaryFolder folder;
    folder.write("a.ftscale.partial/manifest.json", recording::to_json(one_run()));
    fs::create_directory(folder.path() / "a.ftscale.partial/run-0");
    CHECK(refusal(folder.path() / "a.ftscale").empty());
    CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("what is not ours is not removed") {
    const TemporaryFolder folder;
    folder.write("a.ftscale.partial/notes.txt", "precious");
    CHECK_THAT(refusal(folder.path() / "a.ftscale"), ContainsSubstring("'notes.txt', which is not ours"));
    CHECK(text_of(folder.path() / "a.ftscale.partial/notes.txt") == "precious");
}

}  // namespace
}  // namespace ftscale::launch

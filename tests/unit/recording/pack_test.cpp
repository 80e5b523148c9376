// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/pack.h"

#include <signal.h>
#include <sys/resource.h>

#include <cstring>

#include "base/error.h"
#include "ftscale/recording_file.h"
#include "recording/build_id.h"
#include "recording/reader.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "unit/recording/small_recording.h"

using namespace ftscale;
using namespace ftscale::recording;
using tests::TemporaryFolder;

namespace {

/// Files may not grow beyond so many bytes while this lives: as good as a full disk.
class SmallDisk {
  public:
    explicit SmallDisk(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &saved_);
        const rlimit small{bytes, saved_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SmallDisk() {
        setrlimit(RLIMIT_FSIZE, &saved_);
        signal(SIGXFSZ, handler_);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

  private:
    rlimit saved_{};
    void (*handler_)(int);
};

std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    return names;
}

}  // namespace

TEST_CASE("a packed recording holds what its streams held") {
    const TemporaryFolder folder;
    tests::pack_small_recording(folder / "a.ftscale");
    CHECK(is_recording(folder / "a.ftscale"));
    const Recording packed = load(folder / "a.ftscale");
    CHECK(packed.warnings.empty());
    CHECK_FALSE(packed.truncated);
    CHECK(packed.manifest.argv == std::vector<std::string>{"script.py"});
    REQUIRE(packed.runs.size() == 2);
    CHECK(packed.runs[0].run == 1);
    CHECK(packed.runs[1].run == 2);
    const Process& process = packed.runs[1].processes.at(0);
    CHECK(process.pid == 42);
    REQUIRE(process.threads.size() == 3);
    const Thread& worker = process.threads[2];
    CHECK(worker.name == "worker");
    CHECK(worker.samples.size() == 1);
    REQUIRE(worker.waits.size() == 1);
    CHECK(worker.waits[0].on_own_stack);
    CHECK(worker.waits[0].handed_off);
    CHECK(worker.waits[0].entered_ns == 1'309'000'000);
    CHECK(packed.types.at(static_cast<std::size_t>(worker.waits[0].object_type)) == "list");
    REQUIRE(worker.spins.size() == 1);
    CHECK(worker.spins[0].yields == 12);
    CHECK(worker.spins[0].saved_registers[5] == 6);
    CHECK(packed.stacks.frame(worker.spins[0].caller).address == 0x2fff);
    CHECK(worker.wakes.size() == 1);
    REQUIRE(worker.stat);
    CHECK(worker.stat->dropped[0] == 2);
    CHECK(packed.runs[1].processes[0].threads[0].regions.at(0).end_ns == 1'800'000'000);
}

TEST_CASE("the folder of a sweep that did not get to its end can be read as it is") {
    const TemporaryFolder folder;
    tests::write_small_folder(folder / "a.ftscale.partial");
    tests::pack_small_recording(folder / "a.ftscale");
    CHECK(is_recording(folder / "a.ftscale.partial"));
    const Recording loose = load(folder / "a.ftscale.partial"), packed = load(folder / "a.ftscale");
    CHECK(loose.truncated);
    CHECK(loose.warnings.size() == 1);
    CHECK(tests::count_events(loose) == tests::count_events(packed));
    CHECK(loose.stacks.stack_count() == packed.stacks.stack_count());
    CHECK(load_manifest(folder / "a.ftscale.partial").runs.size() == 2);
}

TEST_CASE("only what was committed is packed") {
    const TemporaryFolder folder;
    tests::pack_small_recording(folder / "a.ftscale");
    CHECK(std::filesystem::file_size(folder / "a.ftscale") < 6000);  // of 5 chunks of 16 KiB
    const auto bytes = TemporaryFolder::read(folder / "a.ftscale");
    CHECK(std::memcmp(bytes.data(), format::kFileMagic, sizeof(format::kFileMagic)) == 0);
    format::SectionHeader first;
    std::memcpy(&first, bytes.data() + sizeof(format::FileHeader), sizeof(first));
    CHECK(first.type == static_cast<std::uint32_t>(format::SectionType::Manifest));
    format::SectionHeader second;
    std::memcpy(&second, bytes.data() + sizeof(format::FileHeader) + sizeof(first) + first.stored_bytes,
                sizeof(second));
    CHECK(second.type == static_cast<std::uint32_t>(format::SectionType::Stream));
    CHECK(second.run == 1);
    CHECK(second.pid == 41);
    CHECK(second.raw_bytes < 4096);
}

TEST_CASE("followed children have streams of their own, behind the script's") {
    const TemporaryFolder folder;
    folder.write("run-1/process-100.stream", [] {
        tests::StreamBuilder child;
        child.thread(0).process_begin(2'000'000'000, 100, "/bin/sh").begin(2'000'000'000, 100, "sh");
        return child.bytes();
    }());
    folder.write("run-1/process-500.stream", tests::small_stream(1).bytes());
    folder.write("run-1/process-x.stream", std::string_view("not ours"));
    folder.write("run-1/notes.txt", std::string_view("not ours"));
    folder.write("run-x/process-1.stream", std::string_view("not ours"));
    std::filesystem::create_directories(folder / "run-1/process-7.stream");
    pack(tests::small_manifest(), folder.path(), folder / "a.ftscale");
    const Recording packed = load(folder / "a.ftscale");
    CHECK(packed.warnings.empty());
    REQUIRE(packed.runs.size() == 1);
    REQUIRE(packed.runs[0].processes.size() == 2);
    CHECK(packed.runs[0].processes[0].executable == "/no/such/python");
    CHECK(packed.runs[0].processes[1].executable == "/bin/sh");
}

TEST_CASE("streams can go as soon as they are packed") {
    const TemporaryFolder folder;
    tests::write_small_folder(folder / "part");
    CHECK(stream_bytes(folder / "part") > 0);
    tests::pack_small_recording(folder / "whole.ftscale");
    pack(tests::small_manifest(), folder / "part", folder / "a.ftscale", PackedStreams::Remove);
    CHECK(TemporaryFolder::read(folder / "a.ftscale") == TemporaryFolder::read(folder / "whole.ftscale"));
    CHECK(stream_bytes(folder / "part") == 0);
}

TEST_CASE("what was removed before the disk was full is in the output, the rest in the folder") {
    const TemporaryFolder folder;
    tests::write_small_folder(folder / "part");
    const std::size_t all = tests::count_events(load(folder / "part"));
    tests::pack_small_recording(folder / "whole.ftscale");
    {
        // The second stream's last bytes and the end mark do not fit.
        const SmallDisk disk(std::filesystem::file_size(folder / "whole.ftscale") - sizeof(format::SectionHeader) - 8);
        CHECK_THROWS_AS(pack(tests::small_manifest(), folder / "part", folder / "a.ftscale", PackedStreams::Remove),
                        base::Error);
    }
    const Recording packed = load(folder / "a.ftscale"), left = load(folder / "part");
    CHECK(packed.truncated);
    CHECK(packed.runs.size() + left.runs.size() == 2);
    CHECK(tests::count_events(packed) + tests::count_events(left) == all);
    CHECK(names_in(folder.path()).size() == 3);  // nothing else lies about
}

TEST_CASE("what waits under the name of the temporary file is not followed") {
    const TemporaryFolder folder;
    folder.write("victim", std::string_view("precious"));
    std::filesystem::create_symlink(folder / "victim", folder / "a.ftscale.tmp");
    tests::pack_small_recording(folder / "a.ftscale");
    CHECK(TemporaryFolder::read(folder / "victim").size() == 8);
}

TEST_CASE("a sweep without streams is a recording too") {
    const TemporaryFolder folder;
    pack(tests::small_manifest(), folder.path(), folder / "a.ftscale");
    const Recording packed = load(folder / "a.ftscale");
    CHECK(packed.runs.empty());
    CHECK(packed.manifest.runs.size() == 2);
    CHECK_FALSE(packed.truncated);
}

TEST_CASE("the streams' files are named with their build ids") {
    const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    const TemporaryFolder folder;
    tests::StreamBuilder stream;
    stream.thread(0)
        .process_begin(1, 5, "/no/such/python")
        .module(0x1000, 0x2000, 0x1000, self)
        .module(0x3000, 0x4000, 0, (folder / "run-1").string());
    folder.write("run-1/process-5.stream", stream.bytes());
    pack(tests::small_manifest(), folder.path(), folder / "a.ftscale");
    const auto ids = load_manifest(folder / "a.ftscale").build_ids;
    const auto expected = read_build_id(self);
    if (!expected) SUCCEED("the linker here writes no build ids");
    CHECK(ids.size() == (expected ? 1 : 0));
    if (expected) {
        CHECK(ids.at(self) == *expected);
        CHECK(expected->find_first_not_of("0123456789abcdef") == std::string::npos);
        CHECK(expected->size() >= 16);
    }
}

TEST_CASE("what is no ELF file has no build id") {
    const TemporaryFolder folder;
    CHECK_FALSE(read_build_id((folder / "absent").string()));
    CHECK_FALSE(read_build_id(folder.path().string()));
    CHECK_FALSE(read_build_id(folder.write("text", std::string_view("text")).string()));
    CHECK_FALSE(read_build_id(folder.write("empty", std::string_view()).string()));
}

TEST_CASE("damage in a stream is still told of once it is packed") {
    const TemporaryFolder folder;
    auto bytes = tests::small_stream(1).bytes();
    bytes.resize(bytes.size() / 2 + 300);  // cut in the second chunk's records
    folder.write("run-1/process-41.stream", bytes);
    pack(tests::small_manifest(), folder.path(), folder / "a.ftscale");
    const Recording packed = load(folder / "a.ftscale");
    CHECK(packed.truncated);
    REQUIRE_FALSE(packed.warnings.empty());
    CHECK_THAT(packed.warnings[0], ContainsSubstring("run 1, process 41"));
}

TEST_CASE("a recording that cannot be written leaves what was there before") {
    const TemporaryFolder folder, out;
    tests::StreamBuilder stream;
    for (std::uint64_t i = 0; i < 20'000; ++i) stream.thread(0).sample(i, i * i * 977, {i * i * 977, i * 31});
    folder.write("run-1/process-41.stream", stream.bytes());
    out.write("a.ftscale", std::string_view("the one before"));
    {
        const SmallDisk disk(50'000);
        CHECK_THROWS_WITH(pack(tests::small_manifest(), folder.path(), out / "a.ftscale"),
                          ContainsSubstring((out / "a.ftscale").string()));
    }
    CHECK(names_in(out.path()) == std::vector<std::string>{"a.ftscale"});
    CHECK(TemporaryFolder::read(out / "a.ftscale").size() == 14);
}

TEST_CASE("an output that cannot be is refused by name") {
    const TemporaryFolder folder;
    const auto refuses = [&folder](const std::filesystem::path& output) {
        CHECK_THROWS_AS(pack(tests::small_manifest(), folder.path(), output), base::Error);
        CHECK_THROWS_WITH(pack(tests::small_manifest(), folder.path(), output), ContainsSubstring(output.string()));
    };
    refuses(folder / "no/such/folder/a.ftscale");
    std::filesystem::create_directories(folder / "folder/with-something");
    refuses(folder / "folder");
    CHECK(names_in(folder.path()) == std::vector<std::string>{"folder"});
}

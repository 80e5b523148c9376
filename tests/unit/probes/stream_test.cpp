// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "stream.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "high_descriptor.h"
#include "support/catch.h"

using namespace ftscale;
using namespace ftscale::probe;

namespace {

constexpr std::size_t kUsualPage = 4096, kLargePage = 65536;

class StreamFolder {
  public:
    explicit StreamFolder(std::size_t page_bytes = kUsualPage)
        : path_(std::filesystem::temp_directory_path() / ("ftscale-stream-" + std::to_string(getpid()))) {
        std::filesystem::create_directory(path_);
        g_stream_file = StreamFile{};
        REQUIRE(g_stream_file.create(path_.c_str(), 42, page_bytes));
    }
    ~StreamFolder() {
        g_stream_file.leave();
        std::filesystem::remove_all(path_);
    }

    std::vector<char> bytes(const char* name = "process-42.stream") const {
        std::ifstream file(path_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::uint64_t disk_bytes() const {
        struct stat status {};
        REQUIRE(stat((path_ / "process-42.stream").c_str(), &status) == 0);
        return static_cast<std::uint64_t>(status.st_blocks) * 512;
    }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// thread -> committed record bytes over all its chunks, after checking every chunk's header.
std::map<std::uint32_t, std::uint64_t> committed_bytes(const std::vector<char>& file) {
    std::map<std::uint32_t, std::uint64_t> committed;
    for (std::size_t at = 0; at + sizeof(format::ChunkHeader) <= file.size();) {
        format::ChunkHeader header;
        std::memcpy(&header, file.data() + at, sizeof(header));
        if (header.magic != format::kChunkMagic) {
            at += format::kChunkAlignment;
            continue;
        }
        CHECK(header.version == format::kStreamVersion);
        CHECK(header.committed + sizeof(header) <= header.size);
        committed[header.thread] += header.committed;
        at += header.size;
    }
    return committed;
}

template <typename Value>
Value value_at(const std::vector<char>& file, std::size_t at) {
    Value value{};
    REQUIRE(file.size() >= at + sizeof(value));
    std::memcpy(&value, file.data() + at, sizeof(value));
    return value;
}

/// Descriptors of stream files that are open.
std::vector<int> open_streams() {
    std::vector<int> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code failed;
        const std::string target = std::filesystem::read_symlink(entry.path(), failed).string();
        if (target.find(".stream") != std::string::npos) found.push_back(std::stoi(entry.path().filename().string()));
    }
    return found;
}

void close_streams() {
    for (const int descriptor : open_streams()) close(descriptor);
}

/// While it lives, files of this process cannot be larger.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(std::uint64_t bytes) {
        REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
        const rlimit limit{bytes, before_.rlim_max};
        REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit before_{};
};

/// A stream that found no room tries again after a while only.
void wait_out_backoff(Stream& stream) {
    while (stream.refuses()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

/// False when a record found no room. Called by several threads at once, where Catch2 must not be asked.
bool write_records(std::uint32_t thread, int count, std::size_t body_bytes) {
    Stream stream;
    stream.open(thread);
    for (int i = 0; i < count; ++i) {
        std::byte* out = stream.begin(format::RecordType::ThreadName, 1, body_bytes);
        if (out == nullptr) return false;
        std::memset(out, 'x', body_bytes);
        stream.commit();
    }
    stream.close();
    return true;
}

}  // namespace

TEST_CASE("records fill chunk after chunk") {
    StreamFolder folder;
    REQUIRE(write_records(0, 5000, 40));
    CHECK(committed_bytes(folder.bytes()).at(0) == 5000 * (sizeof(format::RecordHeader) + 40));
}

TEST_CASE("a record larger than a chunk gets a chunk that holds it") {
    StreamFolder folder;
    REQUIRE(write_records(0, 2, 100'000));
    CHECK(committed_bytes(folder.bytes()).at(0) == 2 * (sizeof(format::RecordHeader) + 100'000));
}

TEST_CASE("where pages are larger than chunks, chunks are whole pages") {
    StreamFolder folder(kLargePage);
    REQUIRE(write_records(0, 5000, 40));
    REQUIRE(write_records(1, 1, 40));
    const std::vector<char> file = folder.bytes();
    CHECK(committed_bytes(file).size() == 2);
    for (std::size_t at = 0; at < file.size();) {
        format::ChunkHeader header;
        std::memcpy(&header, file.data() + at, sizeof(header));
        REQUIRE(header.magic == format::kChunkMagic);
        CHECK(at % kLargePage == 0);
        CHECK(header.size % kLargePage == 0);
        at += header.size;
    }
}

TEST_CASE("an uncommitted record is not part of the stream") {
    StreamFolder folder;
    Stream stream;
    stream.open(3);
    REQUIRE(stream.begin(format::RecordType::ThreadEnd, 1, 0) != nullptr);
    CHECK(committed_bytes(folder.bytes()).at(3) == 0);
    stream.close();
}

TEST_CASE("threads write side by side into one file") {
    StreamFolder folder;
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < 8; ++i) threads.emplace_back([i] { write_records(i, 2000, 8 * (i + 1)); });
    for (auto& thread : threads) thread.join();
    const auto committed = committed_bytes(folder.bytes());
    for (std::uint32_t i = 0; i < 8; ++i) CHECK(committed.at(i) == 2000 * (sizeof(format::RecordHeader) + 8 * (i + 1)));
}

TEST_CASE("a stream whose folder is gone writes on, as its descriptor is kept") {
    StreamFolder folder;
    std::filesystem::remove_all(folder.path());
    CHECK(write_records(0, 5000, 40));
}

TEST_CASE("a stream whose descriptor was closed is found again by its path, and then kept again") {
    StreamFolder folder;
    close_streams();
    REQUIRE(write_records(0, 500, 40));
    CHECK(open_streams().size() == 1);
    CHECK(committed_bytes(folder.bytes()).at(0) == 500 * (sizeof(format::RecordHeader) + 40));
}

TEST_CASE("neither descriptor nor path: records are lost, and nothing is written to what stands in the file's place") {
    StreamFolder folder;
    REQUIRE(write_records(0, 1, 40));
    close_streams();
    std::filesystem::remove(folder.path() / "process-42.stream");
    std::ofstream(folder.path() / "process-42.stream") << "not ours";
    CHECK_FALSE(write_records(0, 1, 40));
    CHECK(folder.bytes().size() == 8);
}

TEST_CASE("the kept descriptor stands above the script's and is closed by exec") {
    StreamFolder folder;
    const std::vector<int> streams = open_streams();
    REQUIRE(streams.size() == 1);
    CHECK(streams[0] == first_high_descriptor());
    CHECK((fcntl(streams[0], F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a file that is there is never taken over") {
    StreamFolder folder;
    REQUIRE(write_records(0, 1, 40));
    const std::vector<char> before = folder.bytes();
    std::filesystem::create_symlink("victim", folder.path() / "process-42-2.stream");
    close_streams();
    g_stream_file = StreamFile{};
    REQUIRE(g_stream_file.create(folder.path().c_str(), 42, kUsualPage));
    REQUIRE(write_records(0, 3, 40));
    CHECK(folder.bytes() == before);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "victim"));
    CHECK(committed_bytes(folder.bytes("process-42-3.stream")).at(0) == 3 * (sizeof(format::RecordHeader) + 40));
}

TEST_CASE("a thread's stream begins with its begin, whenever there is room for it") {
    StreamFolder folder;
    format::ThreadBegin begin{};
    begin.tid = 9;
    begin.name_bytes = 6;
    Stream stream;
    {
        const FileSizeLimit none(0);
        stream.open(1, begin, "worker", 77);
        for (int i = 0; i < 5; ++i) CHECK(stream.begin(format::RecordType::ThreadName, 80, 8) == nullptr);
        CHECK(stream.no_room() == 0);  // counted by the process, as there is no chunk to count in
    }
    wait_out_backoff(stream);
    REQUIRE(stream.begin(format::RecordType::ThreadName, 90, 8) != nullptr);
    stream.commit();
    const std::vector<char> file = folder.bytes();
    stream.close();
    const auto header = value_at<format::ChunkHeader>(file, 0);
    CHECK(header.chunkless_records >= 5);
    CHECK(header.chunkless_error == EFBIG);
    CHECK(header.chunkless_threads == 0);  // it has one by now
    const auto record = value_at<format::RecordHeader>(file, sizeof(format::ChunkHeader));
    CHECK(record.type == static_cast<std::uint16_t>(format::RecordType::ThreadBegin));
    CHECK(record.time_ns == 77);
    const std::size_t name = sizeof(format::ChunkHeader) + sizeof(record) + sizeof(begin);
    CHECK(std::string(file.data() + name, 6) == "worker");
}

TEST_CASE("what finds no room is counted in the chunk's header, with the reason; the last records have room") {
    StreamFolder folder;
    Stream stream;
    stream.open(0);
    const FileSizeLimit one_chunk(format::kChunkAlignment);
    int written = 0;
    while (std::byte* out = stream.begin(format::RecordType::ThreadName, 1, 40)) {
        std::memset(out, 'x', 40);
        stream.commit();
        ++written;
    }
    CHECK(stream.begin(format::RecordType::ThreadName, 1, 0) == nullptr);  // no smaller one, either: a gap is a gap
    CHECK(stream.refuses());
    REQUIRE(stream.begin(format::RecordType::ThreadStat, 1, sizeof(format::ThreadStat), Stream::Room::Final) !=
            nullptr);
    stream.commit();
    const auto header = value_at<format::ChunkHeader>(folder.bytes(), 0);
    stream.close();
    CHECK(header.no_room == 3);
    CHECK(header.no_room_error == EFBIG);
    CHECK(header.committed == static_cast<std::uint64_t>(written) * (sizeof(format::RecordHeader) + 40) +
                                  sizeof(format::RecordHeader) + sizeof(format::ThreadStat));
}

TEST_CASE("a chunk that cannot be mapped takes disk space once, and gives it back") {
    StreamFolder folder;
    Stream stream;
    stream.open(0);
    REQUIRE(stream.begin(format::RecordType::ThreadName, 1, 40) != nullptr);
    stream.commit();
    const std::uint64_t before = folder.disk_bytes();
    ChunkPlace place;
    int error = 0;
    // More than there are addresses for; file systems that cannot even reserve it take nothing at all.
    const std::size_t too_much = std::size_t{1} << 50;
    for (int i = 0; i < 3; ++i) CHECK(g_stream_file.map_chunk(place, too_much, error) == nullptr);
    CHECK(error != 0);
    CHECK(place.offset == format::kChunkAlignment);
    g_stream_file.give_back(place);
    CHECK(folder.disk_bytes() == before);
    stream.close();
}

TEST_CASE("a child that no fork handler knows of writes nothing") {
    StreamFolder folder;
    Stream stream;
    stream.open(0);
    REQUIRE(stream.begin(format::RecordType::ThreadName, 1, 40) != nullptr);
    stream.commit();
    const std::vector<char> before = folder.bytes();
    const pid_t child = static_cast<pid_t>(raw_syscall(SYS_clone, SIGCHLD));
    if (child == 0) {
        const bool refused = stream.begin(format::RecordType::ThreadName, 1, 40) == nullptr;
        raw_syscall(SYS_exit_group, refused ? 0 : 1);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(folder.bytes() == before);
    stream.close();
}

TEST_CASE("a fork's child that is recorded has a file of its own, and not its parent's descriptor") {
    StreamFolder folder;
    REQUIRE(write_records(0, 1, 40));
    const std::vector<char> before = folder.bytes();
    const pid_t child = fork();
    if (child == 0) {
        const bool ok = !g_stream_file.is_of_this_process() && g_stream_file.recreate(43) && write_records(0, 2, 40) &&
                        open_streams().size() == 1;
        _exit(ok ? 0 : 1);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(folder.bytes() == before);
    CHECK(committed_bytes(folder.bytes("process-43.stream")).at(0) == 2 * (sizeof(format::RecordHeader) + 40));
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "stream.h"

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>
#include <vector>

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
    ~StreamFolder() { std::filesystem::remove_all(path_); }

    std::vector<char> bytes() const {
        std::ifstream file(path_ / "process-42.stream", std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
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

TEST_CASE("a stream whose file is gone refuses records and does not crash") {
    StreamFolder folder;
    std::filesystem::remove_all(folder.path());
    Stream stream;
    stream.open(0);
    CHECK(stream.begin(format::RecordType::ThreadEnd, 1, 0) == nullptr);
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/stream_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>

#include "base/error.h"
#include "support/catch.h"
#include "unit/recording/small_recording.h"

using namespace ftscale;
using namespace ftscale::recording;
using tests::python;
using tests::StreamBuilder;
using tests::Words;

namespace {

/// Writes down what it is told, in words.
class Notes : public StreamVisitor {
  public:
    std::vector<std::string> lines;

    void on_thread(std::uint32_t ordinal) override { note("thread {}", ordinal); }
    void on_process_begin(std::uint64_t t, const format::ProcessBegin& r, std::string_view path) override {
        note("{} process_begin {} {}", t, r.pid, path);
    }
    void on_thread_begin(std::uint64_t t, const format::ThreadBegin& r, std::string_view name) override {
        note("{} thread_begin {} '{}'", t, r.tid, name);
    }
    void on_thread_name(std::uint64_t t, std::string_view name) override { note("{} thread_name '{}'", t, name); }
    void on_thread_stat(std::uint64_t t, const format::ThreadStat& r) override {
        note("{} thread_stat {} {}", t, r.cpu_ns, r.dropped[0]);
    }
    void on_thread_end(std::uint64_t t) override { note("{} thread_end", t); }
    void on_module(std::uint64_t, const format::Module& r, std::string_view path) override {
        note("module {:#x} {:#x} {:#x} '{}'", r.begin, r.end, r.base, path);
    }
    void on_code(std::uint64_t, const format::Code& r, const CodeTexts& t) override {
        note("code {} {} {} {}:{} {}", r.id, t.name, t.qualname, t.filename, r.first_line, t.linetable.size());
    }
    void on_type(std::uint64_t, const format::Type& r, std::string_view name) override {
        note("type {:#x} {}", r.address, name);
    }
    void on_sample(std::uint64_t t, const format::Sample& r, const SampleParts&, const StackView& s) override {
        note("{} sample {:#x} {:x} shared {}", t, r.pc, fmt::join(s.words, " "), s.shared);
    }
    void on_wait_begin(std::uint64_t t, const format::WaitBegin& r, const StackView& s) override {
        note("{} wait_begin {} {:#x} {:x}", t, r.kind, r.lock_address, fmt::join(s.words, " "));
    }
    void on_wait_end(std::uint64_t t, const format::WaitEnd& r) override {
        note("{} wait_end {} {}", t, r.error, r.handed_off);
    }
    void on_wake(std::uint64_t t, const format::Wake& r, const StackView& s) override {
        note("{} wake {:#x} {:x}", t, r.address, fmt::join(s.words, " "));
    }
    void on_spin_begin(std::uint64_t t, const format::SpinBegin& r, const StackView& s) override {
        note("{} spin_begin {} {:x}", t, r.saved_registers[5], fmt::join(s.words, " "));
    }
    void on_spin_end(std::uint64_t t, const format::SpinEnd& r) override { note("{} spin_end {}", t, r.yields); }
    void on_region(std::uint64_t t, bool begins, std::string_view name) override {
        note("{} region_{} '{}'", t, begins ? "begin" : "end", name);
    }
    void on_process_event(std::uint64_t t, const format::ProcessEvent& r) override {
        note("{} event {} {}", t, r.event, r.value);
    }

  private:
    template <typename... Values>
    void note(fmt::format_string<Values...> text, Values&&... values) {
        lines.push_back(fmt::format(text, std::forward<Values>(values)...));
    }
};

struct Read {
    std::vector<std::string> lines, warnings;
};
Read read(const std::vector<std::byte>& bytes) {
    // A copy of exactly this size: reading past its end is seen by the address sanitizer.
    const std::vector<std::byte> exact(bytes);
    Notes notes;
    auto warnings = read_stream(exact, notes);
    return {std::move(notes.lines), std::move(warnings)};
}
Read read(const StreamBuilder& stream) { return read(stream.bytes()); }

template <typename Value>
void overwrite(std::vector<std::byte>& bytes, std::size_t offset, const Value& value) {
    REQUIRE(offset + sizeof(value) <= bytes.size());
    std::memcpy(bytes.data() + offset, &value, sizeof(value));
}

/// A thread with samples 0, 1, 2, ... in so many chunks, three in each.
void fill(tests::ThreadStream& thread, int chunks) {
    for (std::uint64_t i = 0; i < 3 * static_cast<std::uint64_t>(chunks); ++i) {
        if (i % 3 == 0) thread.new_chunk();
        thread.sample(i, 0x10, {0x10, 0x20});
    }
}

bool is_prefix(const std::vector<std::string>& some, const std::vector<std::string>& all) {
    return some.size() <= all.size() && std::equal(some.begin(), some.end(), all.begin());
}

}  // namespace

TEST_CASE("every type of record comes back with its fields") {
    const Read all = read(tests::small_stream(1));
    CHECK(all.warnings.empty());
    CHECK(all.lines == std::vector<std::string>{
                           "thread 0",
                           "1100000000 process_begin 41 /no/such/python",
                           "1100000001 thread_begin 40 'MainThread'",
                           "module 0x400000 0x500000 0x400000 ''",
                           "module 0x7f0000 0x7f8000 0x7e0000 '/no/such/libm.so'",
                           "code 1 main main /app.py:1 2",
                           "1200000000 event 1 0",
                           "1250000000 region_begin 'fit'",
                           "1300000000 sample 0x401000 401000 8000000100000006 402000 shared 0",
                           "1800000000 region_end 'fit'",
                           "1900000000 event 2 0",
                           "1950000000 event 3 0",
                           "thread 1",
                           "1260000000 thread_begin 41 ''",
                           "1260000100 thread_name 'worker'",
                           "module 0x400000 0x500000 0x400000 ''",
                           "code 1 add Box.add /app.py:20 0",
                           "type 0xabc0 list",
                           "1300000000 sample 0x7f1000 7f1000 403000 800000010000000a 402000 shared 0",
                           "1310000000 spin_begin 6 403000 800000010000000a 402000",
                           "1311000000 spin_end 12",
                           "1312000000 wait_begin 1 0xabd0 403100 800000010000000c 402000",
                           "1330000000 wait_end 0 1",
                           "1340000000 wake 0x7ffe10 800000010000000e 402000",
                           "1400000000 thread_stat 50000000 2",
                           "1400000001 thread_end",
                       });
}

TEST_CASE("stacks are rebuilt from what they share with the one before, whatever becomes of their depth") {
    StreamBuilder stream;
    const std::vector<tests::Words> stacks = {{1, 2, 3}, {9, 2, 3}, {2, 3}, {7, 8, 9, 2, 3}, {7, 8, 9, 2, 3},
                                              {},        {5},       {4, 5}, {4, 6}};
    const std::vector<std::size_t> shared = {0, 2, 2, 2, 5, 0, 0, 1, 0};
    for (const tests::Words& words : stacks) stream.thread(0).sample(1, 0, words);
    const Read all = read(stream);
    REQUIRE(all.lines.size() == 1 + stacks.size());
    for (std::size_t i = 0; i < stacks.size(); ++i) {
        CHECK(all.lines[i + 1] == fmt::format("1 sample 0x0 {:x} shared {}", fmt::join(stacks[i], " "), shared[i]));
    }
}

TEST_CASE("threads take turns chunk by chunk, and have stacks of their own") {
    StreamBuilder stream;
    fill(stream.thread(5), 3);
    fill(stream.thread(2), 2);
    const Read all = read(stream);  // chunks of 2, 5, 2, 5, 5
    CHECK(all.warnings.empty());
    REQUIRE(all.lines.size() == 4 + 9 + 6);
    CHECK(all.lines[0] == "thread 2");
    CHECK(all.lines[4] == "thread 5");
    CHECK(all.lines[8] == "thread 2");
    CHECK(all.lines[9] == "3 sample 0x10 10 20 shared 2");
    CHECK(all.lines[12] == "thread 5");
}

TEST_CASE("of a thread's chunks the first that does not follow on the one before ends what can be read of it") {
    StreamBuilder stream;
    fill(stream.thread(5), 3);
    fill(stream.thread(2), 2);
    // The same chunks in the opposite order.
    const auto bytes = stream.bytes();
    std::vector<std::byte> reversed;
    for (std::size_t at = bytes.size(); at != 0; at -= format::kChunkAlignment) {
        reversed.insert(reversed.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at - format::kChunkAlignment),
                        bytes.begin() + static_cast<std::ptrdiff_t>(at));
    }
    const Read all = read(reversed);
    CHECK(all.lines == std::vector<std::string>{"thread 5", "thread 2", "thread 5", "thread 2"});
    CHECK(all.warnings == std::vector<std::string>{"thread 5: the rest of its records is lost",
                                                   "thread 2: the rest of its records is lost"});
}

TEST_CASE("chunks that were reserved but never begun are gaps") {
    StreamBuilder stream;
    fill(stream.thread(0), 2);
    auto bytes = stream.bytes();
    bytes.insert(bytes.begin() + format::kChunkAlignment, 3 * format::kChunkAlignment, std::byte{});
    bytes.resize(bytes.size() + 1000);
    const Read all = read(bytes);
    CHECK(all.warnings.empty());
    CHECK(all.lines == read(stream).lines);
}

TEST_CASE("what is not committed is not there") {
    StreamBuilder stream;
    fill(stream.thread(0), 1);
    auto bytes = stream.bytes();
    const std::uint64_t record = sizeof(format::RecordHeader) + sizeof(format::Sample) + sizeof(format::Stack) + 16;
    overwrite(bytes, offsetof(format::ChunkHeader, committed), record);
    CHECK(read(bytes).lines.size() == 2);
    CHECK(read(bytes).warnings.empty());
    overwrite(bytes, offsetof(format::ChunkHeader, committed), std::uint64_t{0});
    CHECK(read(bytes).lines.size() == 1);
}

TEST_CASE("an empty stream holds nothing") {
    CHECK(read(std::vector<std::byte>{}).lines.empty());
    CHECK(read(std::vector<std::byte>(100'000)).lines.empty());
    CHECK(read(std::vector<std::byte>(100'000)).warnings.empty());
}

TEST_CASE("records of unknown type are passed over") {
    StreamBuilder stream;
    stream.thread(0).sample(1, 0, {1}).raw(999, 2, std::vector<std::byte>(24)).sample(3, 0, {2, 1});
    const Read all = read(stream);
    CHECK(all.warnings.empty());
    CHECK(all.lines.size() == 3);
}

TEST_CASE("of a thread, what stands before a record that cannot be read is kept; other threads are not touched") {
    const auto sample = static_cast<std::uint16_t>(format::RecordType::Sample);
    const auto code = static_cast<std::uint16_t>(format::RecordType::Code);
    const std::vector<std::byte> zeros(sizeof(format::Sample));
    StreamBuilder stream;
    auto& broken = stream.thread(0).sample(1, 0, {1, 2});

    SECTION("its size is too small for a header") { broken.raw(sample, 2, zeros, 8); }
    SECTION("its size is no multiple of eight") { broken.raw(sample, 2, zeros, 21); }
    SECTION("its size goes beyond the chunk") { broken.raw(sample, 2, zeros, 0x7ffffff8); }
    SECTION("its body is too short") { broken.raw(sample, 2, std::vector<std::byte>(16)); }
    SECTION("its stack is missing") { broken.raw(sample, 2, zeros); }
    SECTION("its stack stores more than the record holds") {
        auto body = zeros;
        const format::Stack stack{500, 0, 0, 0};
        body.resize(body.size() + sizeof(stack));
        overwrite(body, sizeof(format::Sample), stack);
        broken.raw(sample, 2, body);
    }
    SECTION("its stack shares more than the one before has") {
        auto body = zeros;
        const format::Stack stack{0, 3, 0, 0};
        body.resize(body.size() + sizeof(stack));
        overwrite(body, sizeof(format::Sample), stack);
        broken.raw(sample, 2, body);
    }
    SECTION("its texts are longer than the record") {
        std::vector<std::byte> body(sizeof(format::Code) + 8);
        overwrite(body, 0, format::Code{1, 1, 1, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff});
        broken.raw(code, 2, body);
    }
    broken.sample(3, 0, {3, 2});
    stream.thread(1).sample(4, 0, {1});

    const Read all = read(stream);
    CHECK(all.lines ==
          std::vector<std::string>{"thread 0", "1 sample 0x0 1 2 shared 0", "thread 1", "4 sample 0x0 1 shared 0"});
    REQUIRE_FALSE(all.warnings.empty());
    const std::size_t first_record = sizeof(format::RecordHeader) + sizeof(format::Sample) + sizeof(format::Stack) + 16;
    CHECK_THAT(all.warnings[0],
               ContainsSubstring(fmt::format("at byte {}", sizeof(format::ChunkHeader) + first_record)));
}

TEST_CASE("behind a lost chunk a thread's stacks cannot be trusted") {
    StreamBuilder stream;
    fill(stream.thread(0), 3);
    auto bytes = stream.bytes();
    bytes.erase(bytes.begin() + format::kChunkAlignment, bytes.begin() + 2 * format::kChunkAlignment);
    const Read all = read(bytes);
    CHECK(all.lines.size() == 1 + 3);
    CHECK_FALSE(all.warnings.empty());
}

TEST_CASE("a stream of another version is refused, naming both") {
    auto bytes = tests::small_stream(1).bytes();
    overwrite(bytes, offsetof(format::ChunkHeader, version), std::uint32_t{77});
    CHECK_THROWS_WITH(read(bytes), ContainsSubstring("version 77") &&
                                       ContainsSubstring(fmt::format("version {}", format::kStreamVersion)));
    CHECK_THROWS_AS(read(bytes), base::Error);
}

TEST_CASE("one chunk of another version among many is damage") {
    StreamBuilder stream;
    fill(stream.thread(0), 2);
    auto bytes = stream.bytes();
    overwrite(bytes, format::kChunkAlignment + offsetof(format::ChunkHeader, version), std::uint32_t{77});
    const Read all = read(bytes);
    CHECK(all.lines.size() == 1 + 3);
    CHECK_FALSE(all.warnings.empty());
}

TEST_CASE("a chunk whose header is damaged is missed") {
    StreamBuilder stream;
    fill(stream.thread(0), 2);
    auto bytes = stream.bytes();
    overwrite(bytes, format::kChunkAlignment, std::uint32_t{0x12345678});
    const Read all = read(bytes);
    CHECK(all.lines.size() == 1 + 3);
    REQUIRE(all.warnings.size() == 1);
    CHECK_THAT(all.warnings[0], ContainsSubstring(fmt::format("at byte {}", format::kChunkAlignment)));
}

TEST_CASE("a chunk that promises more than there is gives what there is") {
    StreamBuilder stream;
    fill(stream.thread(0), 2);
    auto bytes = stream.bytes();
    SECTION("more records than its size") {
        overwrite(bytes, format::kChunkAlignment + offsetof(format::ChunkHeader, committed), ~std::uint64_t{0});
    }
    SECTION("a size past the end of the file") {
        overwrite(bytes, format::kChunkAlignment + offsetof(format::ChunkHeader, size), ~std::uint64_t{0});
        overwrite(bytes, format::kChunkAlignment + offsetof(format::ChunkHeader, committed), ~std::uint64_t{0} - 64);
    }
    const Read all = read(bytes);
    CHECK(all.lines == read(stream).lines);  // zeros follow: a record of size 0 ends it
    CHECK_FALSE(all.warnings.empty());
}

TEST_CASE("a stream cut anywhere gives what stands before the cut") {
    StreamBuilder stream;
    fill(stream.thread(0), 2);
    fill(stream.thread(1), 1);
    const auto bytes = stream.bytes();
    std::size_t before = 0;
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
        // Within the unused part of a chunk all cuts are alike.
        const std::size_t in_chunk = length % format::kChunkAlignment;
        if (in_chunk > 1200 && in_chunk < format::kChunkAlignment - 16) continue;
        const Read some = read({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)});
        const std::size_t lines = some.lines.size();
        if (lines < before) FAIL("fewer records at byte " << length << " than before it");
        before = lines;
    }
    CHECK(before == read(stream).lines.size());
}

TEST_CASE("a stream cut within its records is said to be cut") {
    const auto bytes = tests::small_stream(1).bytes();
    const auto whole = read(bytes).lines;
    for (std::size_t length = sizeof(format::ChunkHeader); length < 500; length += 7) {
        const Read some = read({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)});
        CHECK(is_prefix(some.lines, whole));
        CHECK_FALSE(some.warnings.empty());
    }
}

TEST_CASE("a flipped bit may cost records, never more") {
    const auto bytes = tests::small_stream(1).bytes();
    std::size_t refused = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (at % format::kChunkAlignment > 1600) continue;
        for (int bit = 0; bit < 8; ++bit) {
            auto damaged = bytes;
            damaged[at] ^= std::byte{1} << bit;
            try {
                if (read(damaged).lines.size() > read(bytes).lines.size() + 2)
                    FAIL("more records with bit " << bit << " of byte " << at << " flipped");
            } catch (const base::Error&) {
                ++refused;
            }
        }
    }
    CHECK(refused == 32);  // those of the first chunk's version
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What long runs record, in time lapse: real streams and the real account, under a clock that runs as fast as records
// can be written.
#include "budget.h"

#include <dlfcn.h>
#include <time.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "stream.h"
#include "support/catch.h"

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000, kMillisecond = 1'000'000;
std::uint64_t told_time_ns = 0;  // 0: the clock is the system's

}  // namespace

/// In place of libc's.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
    static const auto real = reinterpret_cast<int (*)(clockid_t, timespec*)>(dlsym(RTLD_NEXT, "clock_gettime"));
    if (told_time_ns == 0) return real(clock, time);
    time->tv_sec = static_cast<time_t>(told_time_ns / kSecond);
    time->tv_nsec = static_cast<long>(told_time_ns % kSecond);
    return 0;
}

namespace ftscale::probe {
namespace {

constexpr std::uint64_t kMebibyte = 1 << 20;
constexpr std::uint32_t kThreads = 64;
// What records take in recordings of the examples: a sample's with objects and some frames, a wait's, a wake's.
constexpr std::size_t kSampleBody = 216, kWaitBody = 96, kWaitEndBody = 8, kWakeBody = 64;

/// A run that may take so much, and its folder.
class ShortRun {
  public:
    explicit ShortRun(std::uint64_t limit_bytes)
        : folder_(std::filesystem::temp_directory_path() / ("ftscale-budget-" + std::to_string(getpid()))) {
        std::filesystem::create_directory(folder_);
        account_.limit_bytes = limit_bytes;
        g_stream_file = StreamFile{};
        g_budget = RunBudget{};
        g_budget.open(account_);
        REQUIRE(g_stream_file.create(folder_.c_str(), 42, 4096));
        told_time_ns = kSecond;
    }
    ~ShortRun() {
        told_time_ns = 0;
        g_budget = RunBudget{};
        std::filesystem::remove_all(folder_);
    }
    std::filesystem::path file() const { return folder_ / "process-42.stream"; }
    const format::Budget& account() const { return account_; }

  private:
    std::filesystem::path folder_;
    format::Budget account_{};
};

/// One thread, which records as the probe does.
class Writer {
  public:
    explicit Writer(std::uint32_t ordinal) : ordinal_(ordinal) { stream_.open(ordinal); }
    ~Writer() { stream_.close(); }

    bool write(format::RecordType type, std::uint64_t time_ns, std::size_t bytes, std::uint16_t flags = 0) {
        std::byte* out = stream_.begin(type, time_ns, bytes, Stream::Room::Ordinary, flags);
        if (out == nullptr) return ++dropped, false;
        std::memset(out, 0x55, bytes);
        stream_.commit();
        return true;
    }
    void sample() {
        if (!keeps_sample(left_out_, ordinal_)) return;
        write(format::RecordType::Sample, told_time_ns, kSampleBody, static_cast<std::uint16_t>(left_out_.samples));
        left_out_.samples = 0;
    }
    void wait(std::uint64_t length_ns) {
        const std::uint64_t begin_ns = told_time_ns, end_ns = begin_ns + length_ns;
        const bool has_begin = keeps_event(left_out_, begin_ns);
        if (has_begin) write(format::RecordType::WaitBegin, begin_ns, kWaitBody);
        told_time_ns = end_ns;
        const bool late = !has_begin && keeps_past_event(begin_ns, end_ns);
        if (late) write(format::RecordType::WaitBegin, begin_ns, kWaitBody);
        if (has_begin || late) write(format::RecordType::WaitEnd, end_ns, kWaitEndBody);
        told_time_ns = begin_ns;
    }
    void wake() {
        if (keeps_event(left_out_, told_time_ns)) write(format::RecordType::Wake, told_time_ns, kWakeBody);
    }
    std::uint64_t dropped = 0;

  private:
    Stream stream_;
    LeftOut left_out_;
    std::uint32_t ordinal_;
};

/// What a file of streams holds.
struct Contents {
    std::uint64_t last_sample_ns = 0, last_wait_ns = 0;
    std::uint64_t samples = 0, samples_left_out = 0;
    std::vector<std::uint64_t> wait_begins, wait_ends, wakes;
    std::vector<format::Thinning> thinnings;

    void add(const format::RecordHeader& header, const char* body) {
        switch (static_cast<format::RecordType>(header.type)) {
            case format::RecordType::Sample:
                last_sample_ns = std::max(last_sample_ns, header.time_ns);
                ++samples;
                samples_left_out += header.flags;
                break;
            case format::RecordType::WaitBegin:
                last_wait_ns = std::max(last_wait_ns, header.time_ns);
                wait_begins.push_back(header.time_ns);
                break;
            case format::RecordType::WaitEnd:
                wait_ends.push_back(header.time_ns);
                break;
            case format::RecordType::Wake:
                wakes.push_back(header.time_ns);
                break;
            case format::RecordType::Thinning:
                thinnings.emplace_back();
                std::memcpy(&thinnings.back(), body, sizeof(format::Thinning));
                break;
            default:
                break;
        }
    }
};

Contents read(const std::filesystem::path& path) {
    Contents contents;
    std::ifstream file(path, std::ios::binary);
    std::vector<char> chunk;
    format::ChunkHeader header;
    while (file.read(reinterpret_cast<char*>(&header), sizeof(header))) {
        REQUIRE(header.magic == format::kChunkMagic);
        chunk.resize(header.size - sizeof(header));
        file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
        for (std::size_t at = 0; at < header.committed;) {
            format::RecordHeader record;
            std::memcpy(&record, chunk.data() + at, sizeof(record));
            contents.add(record, chunk.data() + at + sizeof(record));
            at += record.size;
        }
    }
    return contents;
}

std::uint64_t dropped_by(const std::vector<Writer>& threads) {
    std::uint64_t sum = 0;
    for (const Writer& thread : threads) sum += thread.dropped;
    return sum;
}

/// Samples of all threads each millisecond of so many seconds; between them `waits` times a wait and its end by
/// another.
void live(std::vector<Writer>& threads, std::uint64_t seconds, int waits) {
    for (std::uint64_t step = 0; step < seconds * 1000; ++step) {
        const std::uint64_t now_ns = kSecond + step * kMillisecond;
        told_time_ns = now_ns;
        for (Writer& thread : threads) {
            thread.sample();
            for (int i = 0; i < waits; ++i) {
                told_time_ns = now_ns + static_cast<std::uint64_t>(i) * kMillisecond / 8;
                thread.wait(kMillisecond / 16);
                thread.wake();
            }
            told_time_ns = now_ns;
        }
    }
}

std::vector<Writer> threads_of(std::uint32_t count) {
    std::vector<Writer> threads;
    threads.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) threads.emplace_back(i);
    return threads;
}

}  // namespace

TEST_CASE("an hour of samples at 64 threads stays below the bound, and its end is there") {
    constexpr std::uint64_t kHour = 3600, kLimit = 128 * kMebibyte;
    const ShortRun run(kLimit);
    {
        std::vector<Writer> threads = threads_of(kThreads);
        live(threads, kHour, 0);
        CHECK(dropped_by(threads) == 0);
    }
    CHECK(std::filesystem::file_size(run.file()) <= kLimit);
    CHECK(std::filesystem::file_size(run.file()) == run.account().used_bytes);
    const Contents contents = read(run.file());
    CHECK(contents.last_sample_ns > (kHour - 30) * kSecond);
    CHECK(contents.thinnings.size() > 3);
    // A sample stands for those left out before it: together they are nearly all.
    const std::uint64_t taken = kHour * 1000 * kThreads;
    CHECK(contents.samples + contents.samples_left_out <= taken);
    CHECK(static_cast<double>(contents.samples + contents.samples_left_out) > 0.99 * static_cast<double>(taken));
}

TEST_CASE(
    "ten minutes of waiting at 64 threads, 4000 times a second each, stay below the bound, and their end is there") {
    constexpr std::uint64_t kLength = 600, kLimit = 128 * kMebibyte;
    const ShortRun run(kLimit);
    {
        std::vector<Writer> threads = threads_of(kThreads);
        live(threads, kLength, 4);
        CHECK(dropped_by(threads) == 0);
    }
    CHECK(std::filesystem::file_size(run.file()) <= kLimit);
    const Contents contents = read(run.file());
    CHECK(contents.last_sample_ns > (kLength - 30) * kSecond);
    CHECK(contents.last_wait_ns > (kLength - 120) * kSecond);
    CHECK(contents.wait_begins.size() == contents.wait_ends.size());
}

TEST_CASE("of what goes on in a recorded window nothing is left out") {
    constexpr std::uint64_t kLength = 60;
    const ShortRun run(4 * kMebibyte);
    {
        std::vector<Writer> threads = threads_of(1);
        live(threads, kLength, 4);
    }
    const Contents contents = read(run.file());
    REQUIRE(contents.thinnings.size() > 2);
    std::uint32_t level = 0;
    for (std::size_t i = 0; i < contents.thinnings.size(); ++i) {
        const format::Thinning& thinning = contents.thinnings[i];
        CHECK(thinning.from_ns % thinning.window_ns == 0);
        CHECK(thinning.event_level >= level);
        level = thinning.event_level;
        const std::uint64_t until_ns =
            i + 1 < contents.thinnings.size() ? contents.thinnings[i + 1].from_ns : (kSecond + kLength * kSecond);
        const std::uint64_t every_ns = thinning.window_ns << level;
        std::uint64_t expected = 0, seen = 0;
        for (std::uint64_t at = kSecond; at < kSecond + kLength * kSecond; at += kMillisecond)
            for (std::uint64_t part = 0; part < 4; ++part) {
                const std::uint64_t time_ns = at + part * kMillisecond / 8;
                if (time_ns >= thinning.from_ns && time_ns < until_ns && time_ns % every_ns < thinning.window_ns)
                    ++expected;
            }
        for (const std::uint64_t time_ns : contents.wait_begins)
            if (time_ns >= thinning.from_ns && time_ns < until_ns && time_ns % every_ns < thinning.window_ns) ++seen;
        CHECK(seen == expected);
    }
}

TEST_CASE("a wait that began before a recorded window is kept when it ends in it or later") {
    const ShortRun run(64 * kMebibyte);
    Writer thread(0);
    const std::uint64_t window_ns = [&] {  // until one wait in four is kept
        for (int i = 0; g_budget.levels().event < 2; ++i) {
            told_time_ns += kMillisecond / 100;
            thread.wake();
            REQUIRE(i < 10'000'000);
        }
        return std::uint64_t{1} << 22;
    }();
    REQUIRE(g_budget.window_of(window_ns) == 1);
    told_time_ns += 10 * window_ns;
    const std::uint64_t recorded = (told_time_ns / window_ns / 4 + 1) * 4;  // a window
    CHECK(keeps_past_event((recorded - 1) * window_ns, recorded * window_ns + 5));
    CHECK(keeps_past_event((recorded - 1) * window_ns, (recorded + 2) * window_ns));
    CHECK_FALSE(keeps_past_event((recorded - 2) * window_ns, (recorded - 1) * window_ns));
    CHECK_FALSE(keeps_past_event((recorded + 1) * window_ns, (recorded + 3) * window_ns));
}

TEST_CASE("at the bound samples and waits are dropped for its sake, and what must be there still fits") {
    constexpr std::uint64_t kLimit = 4 * kMebibyte;
    const ShortRun run(kLimit);
    Stream stream;
    stream.open(0);
    while (std::byte* out = stream.begin(format::RecordType::Sample, told_time_ns, kSampleBody)) {
        std::memset(out, 0, kSampleBody);
        stream.commit();
    }
    CHECK(stream.no_room() == 1);
    CHECK(run.account().used_bytes <= kLimit - kLimit / 16);
    for (int i = 0; i < 100; ++i) {
        std::byte* out = stream.begin(format::RecordType::Code, told_time_ns, 1000);
        REQUIRE(out != nullptr);
        std::memset(out, 0, 1000);
        stream.commit();
    }
    stream.close();
    CHECK(run.account().used_bytes <= kLimit);
}

TEST_CASE("without a bound all is recorded") {
    const ShortRun run(0);
    Writer thread(0);
    LeftOut left_out;
    for (int i = 0; i < 20'000; ++i) thread.sample();
    CHECK(keeps_sample(left_out, 0));
    CHECK(keeps_event(left_out, 12345));
    CHECK(thread.dropped == 0);
}

}  // namespace ftscale::probe

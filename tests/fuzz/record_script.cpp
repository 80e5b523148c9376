// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "fuzz/record_script.h"

#include <algorithm>
#include <cstring>
#include <random>

#include "ftscale/recording_format.h"

// Of libFuzzer: changes some bytes in place. Weak, as the programs that only replay inputs have none.
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace ftscale::fuzz {
namespace {

struct Head {
    std::uint8_t run, thread;
    std::uint16_t type, flags, body_bytes;
    std::uint64_t time_ns;
};
static_assert(sizeof(Head) == 16);

constexpr std::size_t kMostBody = 4096;

std::size_t padded(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

template <typename Value>
void append(std::vector<std::byte>& bytes, const Value& value) {
    const auto* begin = reinterpret_cast<const std::byte*>(&value);
    bytes.insert(bytes.end(), begin, begin + sizeof(value));
}

void append_record(const ScriptedRecord& record, std::vector<std::byte>& bytes) {
    const std::size_t body = padded(record.body.size());
    format::RecordHeader header{};
    header.type = record.type;
    header.flags = record.flags;
    header.size = static_cast<std::uint32_t>(sizeof(header) + body);
    header.time_ns = record.time_ns;
    append(bytes, header);
    const auto* begin = reinterpret_cast<const std::byte*>(record.body.data());
    bytes.insert(bytes.end(), begin, begin + record.body.size());
    bytes.resize(bytes.size() + body - record.body.size());
}

void append_chunk(std::uint32_t thread, const std::vector<std::byte>& records, std::vector<std::byte>& stream) {
    format::ChunkHeader header{};
    header.magic = format::kChunkMagic;
    header.version = format::kStreamVersion;
    header.thread = thread;
    header.committed = records.size();
    header.size = sizeof(header) + records.size();
    append(stream, header);
    stream.insert(stream.end(), records.begin(), records.end());
}

class Mutator {
  public:
    Mutator(RecordScript& script, unsigned seed) : script_(script), random_(seed) {}

    void mutate() {
        if (script_.empty()) script_.emplace_back();
        ScriptedRecord& record = any();
        switch (random_() % 8) {
            case 0:
            case 1:
            case 2:
                return mutate_body(record);
            case 3:
                return mutate_time(record);
            case 4:
                record.thread = static_cast<std::uint8_t>(random_() % kThreads);
                record.run = random_() % 4 == 0 ? static_cast<std::uint8_t>(random_() % kRuns) : record.run;
                return;
            case 5:
                record.type = static_cast<std::uint16_t>(random_() % 28);
                return;
            case 6:
                if (script_.size() > 1) script_.erase(script_.begin() + index_of(record));
                return;
            default:
                return move_copy(record);
        }
    }

  private:
    ScriptedRecord& any() { return script_[random_() % script_.size()]; }
    std::ptrdiff_t index_of(const ScriptedRecord& record) const { return &record - script_.data(); }

    void mutate_body(ScriptedRecord& record) {
        const std::size_t size = record.body.size();
        record.body.resize(std::min(kMostBody, size + 64));
        record.body.resize(LLVMFuzzerMutate(record.body.data(), size, record.body.size()));
    }
    /// Mostly near to when other things happen: a story's order is what matters.
    void mutate_time(ScriptedRecord& record) {
        const std::uint64_t other = any().time_ns;
        switch (random_() % 4) {
            case 0:
                record.time_ns = other;
                break;
            case 1:
                record.time_ns = other + random_() % 1000;
                break;
            case 2:
                record.time_ns = other - random_() % 1'000'000'000;
                break;
            default:
                record.time_ns = std::uint64_t{1} << (random_() % 64);
        }
    }
    void move_copy(const ScriptedRecord& record) {
        const ScriptedRecord copy = record;
        const auto at = static_cast<std::ptrdiff_t>(random_() % (script_.size() + 1));
        script_.insert(script_.begin() + at, copy);
    }

    RecordScript& script_;
    std::minstd_rand random_;
};

}  // namespace

RecordScript parse_script(std::span<const std::uint8_t> bytes) {
    RecordScript script;
    while (bytes.size() >= sizeof(Head)) {
        Head head;
        std::memcpy(&head, bytes.data(), sizeof(head));
        bytes = bytes.subspan(sizeof(head));
        const std::size_t size = std::min<std::size_t>({head.body_bytes, bytes.size(), kMostBody});
        script.push_back({static_cast<std::uint8_t>(head.run % kRuns),
                          static_cast<std::uint8_t>(head.thread % kThreads),
                          head.type,
                          head.flags,
                          head.time_ns,
                          {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}});
        bytes = bytes.subspan(size);
    }
    return script;
}

std::vector<std::uint8_t> to_bytes(const RecordScript& script) {
    std::vector<std::uint8_t> bytes;
    for (const ScriptedRecord& record : script) {
        const Head head{
            record.run,    record.thread, record.type, record.flags, static_cast<std::uint16_t>(record.body.size()),
            record.time_ns};
        const auto* begin = reinterpret_cast<const std::uint8_t*>(&head);
        bytes.insert(bytes.end(), begin, begin + sizeof(head));
        bytes.insert(bytes.end(), record.body.begin(), record.body.end());
    }
    return bytes;
}

void add_stream(std::uint8_t run, std::span<const std::byte> stream, RecordScript& script) {
    std::size_t chunk_at = 0;
    while (stream.size() - chunk_at >= sizeof(format::ChunkHeader)) {
        format::ChunkHeader chunk;
        std::memcpy(&chunk, stream.data() + chunk_at, sizeof(chunk));
        if (chunk.magic != format::kChunkMagic) break;
        std::size_t at = chunk_at + sizeof(chunk);
        const std::size_t end = at + chunk.committed;
        while (at < end) {
            format::RecordHeader header;
            std::memcpy(&header, stream.data() + at, sizeof(header));
            const auto* body = reinterpret_cast<const std::uint8_t*>(stream.data() + at + sizeof(header));
            script.push_back({run,
                              static_cast<std::uint8_t>(chunk.thread % kThreads),
                              header.type,
                              header.flags,
                              header.time_ns,
                              {body, body + header.size - sizeof(header)}});
            at += header.size;
        }
        chunk_at += chunk.size;
    }
}

std::map<unsigned, std::vector<std::byte>> to_streams(const RecordScript& script) {
    std::map<unsigned, std::map<unsigned, std::vector<std::byte>>> records;
    for (const ScriptedRecord& record : script) append_record(record, records[record.run][record.thread]);
    std::map<unsigned, std::vector<std::byte>> streams;
    for (const auto& [run, threads] : records)
        for (const auto& [thread, bytes] : threads) append_chunk(thread, bytes, streams[run]);
    return streams;
}

void mutate(RecordScript& script, unsigned seed) { Mutator(script, seed).mutate(); }

}  // namespace ftscale::fuzz

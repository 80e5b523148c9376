// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/stream_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"

namespace ftscale::recording {
namespace {

using format::RecordType;

/// A record's body; every take_ fails softly at its end.
class Body {
  public:
    explicit Body(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template <typename T>
    T take() {
        T value{};
        if (bytes_.size() < sizeof(T)) return fail(), value;
        std::memcpy(&value, bytes_.data(), sizeof(T));
        bytes_ = bytes_.subspan(sizeof(T));
        return value;
    }
    /// `count` values, copied to the begin of `room`: in the stream they may stand anywhere.
    template <typename T, std::size_t kRoom>
    std::span<const T> take_into(std::array<T, kRoom>& room, std::size_t count) {
        if (count > kRoom || bytes_.size() < count * sizeof(T)) return fail(), std::span<const T>{};
        if (count != 0) std::memcpy(room.data(), bytes_.data(), count * sizeof(T));
        bytes_ = bytes_.subspan(count * sizeof(T));
        return std::span<const T>(room.data(), count);
    }
    std::string_view take_text(std::uint64_t length) {
        if (bytes_.size() < length) return fail(), std::string_view{};
        const std::string_view text(reinterpret_cast<const char*>(bytes_.data()), length);
        bytes_ = bytes_.subspan(length);
        return text;
    }
    /// Whatever is left, less the zeros that pad a record.
    std::string_view take_rest() {
        std::string_view text = take_text(bytes_.size());
        const std::size_t last = text.find_last_not_of('\0');
        return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    }
    std::span<const std::byte> rest() const { return bytes_; }
    bool ok() const { return ok_; }

  private:
    void fail() {
        ok_ = false;
        bytes_ = {};
    }
    std::span<const std::byte> bytes_;
    bool ok_ = true;
};

/// The records of one thread, chunk after chunk.
class ThreadReader {
  public:
    explicit ThreadReader(StreamVisitor& visitor) : visitor_(visitor) {}

    /// The offset of the first record that cannot be read; the end of `records` when all can.
    std::size_t read(std::span<const std::byte> records) {
        std::size_t at = 0;
        while (records.size() - at >= sizeof(format::RecordHeader)) {
            format::RecordHeader header;
            std::memcpy(&header, records.data() + at, sizeof(header));
            if (header.size < sizeof(header) || header.size % 8 != 0 || header.size > records.size() - at) return at;
            if (!dispatch(header, Body(records.subspan(at + sizeof(header), header.size - sizeof(header))))) return at;
            at += header.size;
        }
        return at;
    }

  private:
    bool dispatch(const format::RecordHeader& header, Body body) {
        const std::uint64_t time_ns = header.time_ns;
        switch (static_cast<RecordType>(header.type)) {
            case RecordType::ProcessBegin:
                return parse_process_begin(time_ns, body);
            case RecordType::ThreadBegin:
                return parse_thread_begin(time_ns, body);
            case RecordType::ThreadName:
                return visitor_.on_thread_name(time_ns, body.take_rest()), true;
            case RecordType::ThreadStat:
                return parse(time_ns, body, &StreamVisitor::on_thread_stat);
            case RecordType::ThreadEnd:
                return visitor_.on_thread_end(time_ns), true;
            case RecordType::Module:
                return parse_module(time_ns, body);
            case RecordType::Code:
                return parse_code(time_ns, body);
            case RecordType::Type:
                return parse_type(time_ns, body);
            case RecordType::Sample:
                return parse_sample(time_ns, body);
            case RecordType::WaitBegin:
                return parse_with_stack(time_ns, body, &StreamVisitor::on_wait_begin);
            case RecordType::WaitEnd:
                return parse(time_ns, body, &StreamVisitor::on_wait_end);
            case RecordType::Wake:
                return parse_with_stack(time_ns, body, &StreamVisitor::on_wake);
            case RecordType::SpinBegin:
                return parse_with_stack(time_ns, body, &StreamVisitor::on_spin_begin);
            case RecordType::SpinEnd:
                return parse(time_ns, body, &StreamVisitor::on_spin_end);
            case RecordType::RegionBegin:
                return visitor_.on_region(time_ns, true, body.take_rest()), true;
            case RecordType::RegionEnd:
                return visitor_.on_region(time_ns, false, body.take_rest()), true;
            case RecordType::ProcessEvent:
                return parse(time_ns, body, &StreamVisitor::on_process_event);
            case RecordType::Object:
                return parse_object(time_ns, body);
            case RecordType::GcBegin:
                return parse_with_stack(time_ns, body, &StreamVisitor::on_gc_begin);
            case RecordType::GcEnd:
                return parse(time_ns, body, &StreamVisitor::on_gc_end);
            case RecordType::GilModule:
                return visitor_.on_gil_module(time_ns, body.take_rest()), true;
            case RecordType::Counter:
                return parse_counter(time_ns, body);
            case RecordType::CounterReading:
                return parse_counter_reading(time_ns, body);
            case RecordType::ProcessStat:
                return parse(time_ns, body, &StreamVisitor::on_process_stat);
            case RecordType::ThreadSampler:
                return parse(time_ns, body, &StreamVisitor::on_thread_sampler);
        }
        return true;  // of a later version: skipped
    }

    template <typename Record>
    bool parse(std::uint64_t time_ns, Body body, void (StreamVisitor::*visit)(std::uint64_t, const Record&)) {
        const auto record = body.take<Record>();
        if (body.ok()) (visitor_.*visit)(time_ns, record);
        return body.ok();
    }

    template <typename Record>
    bool parse_with_stack(std::uint64_t time_ns, Body body,
                          void (StreamVisitor::*visit)(std::uint64_t, const Record&, const StackView&)) {
        const auto record = body.take<Record>();
        StackView stack;
        if (!body.ok() || !take_stack(body, stack)) return false;
        (visitor_.*visit)(time_ns, record, stack);
        return true;
    }

    /// Rebuilds a delta-coded stack in `words_`, which until then holds the thread's previous one.
    bool take_stack(Body& body, StackView& stack) {
        const auto header = body.take<format::Stack>();
        const std::size_t stored_bytes = std::size_t{header.stored} * sizeof(std::uint64_t);
        if (!body.ok() || header.shared > words_.size() || body.rest().size() < stored_bytes) return false;
        const std::size_t dropped = words_.size() - header.shared;
        if (header.stored > dropped)
            words_.insert(words_.begin(), header.stored - dropped, 0);
        else
            words_.erase(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(dropped - header.stored));
        if (stored_bytes != 0) std::memcpy(words_.data(), body.rest().data(), stored_bytes);
        stack = {words_, header.shared, header.flags};
        return true;
    }

    bool parse_process_begin(std::uint64_t time_ns, Body body) {
        const auto record = body.take<format::ProcessBegin>();
        const auto path = body.take_text(record.path_bytes);
        if (body.ok()) visitor_.on_process_begin(time_ns, record, path);
        return body.ok();
    }
    bool parse_thread_begin(std::uint64_t time_ns, Body body) {
        const auto record = body.take<format::ThreadBegin>();
        const auto name = body.take_text(record.name_bytes);
        if (body.ok()) visitor_.on_thread_begin(time_ns, record, name);
        return body.ok();
    }
    bool parse_module(std::uint64_t time_ns, Body body) {
        const auto record = body.take<format::Module>();
        const auto path = body.take_text(record.path_bytes);
        if (body.ok()) visitor_.on_module(time_ns, record, path);
        return body.ok();
    }
    bool parse_code(std::uint64_t time_ns, Body body) {
        const auto record = body.take<format::Code>();
        CodeTexts texts;
        texts.name = body.take_text(record.name_bytes);
        texts.qualname = body.take_text(record.qualname_bytes);
        texts.filename = body.take_text(record.filename_bytes);
        texts.linetable = body.take_text(record.linetable_bytes);
        if (body.ok()) visitor_.on_code(time_ns, record, texts);
        return body.ok();
    }
    bool parse_type(std::uint64_t time_ns, Body body) {
        const auto record = body.take<format::Type>();
        const auto name = body.take_text(record.name_bytes);
        if (body.ok()) visitor_.on_type(time_ns, record, name);
        return body.ok();
    }

    bool parse_object(std::uint64_t time_ns, Body body) {
        const auto record = body.take<format::Object>();
        const auto name = body.take_text(record.name_bytes);
        if (body.ok()) visitor_.on_object(time_ns, record, name);
        return body.ok();
    }
    bool parse_sample(std::uint64_t time_ns, Body body) {
        const auto record = body.take<format::Sample>();
        std::array<std::uint64_t, format::kMostRegisters> registers{};
        std::array<format::SampleObject, format::kMostSampleObjects> objects{};
        std::array<std::uint64_t, format::kMostCounterWords> counters{};
        const SampleParts parts = {body.take_into(registers, record.register_count),
                                   body.take_into(objects, record.object_count),
                                   body.take_into(counters, record.counter_words)};
        StackView stack;
        if (!body.ok() || !take_stack(body, stack)) return false;
        visitor_.on_sample(time_ns, record, parts, stack);
        return true;
    }
    bool parse_counter(std::uint64_t time_ns, Body body) {
        const auto record = body.take<format::Counter>();
        const auto name = body.take_text(record.name_bytes);
        if (body.ok()) visitor_.on_counter(time_ns, record, name);
        return body.ok();
    }
    bool parse_counter_reading(std::uint64_t time_ns, Body body) {
        const auto record = body.take<format::CounterReading>();
        std::array<std::uint64_t, format::kMostCounterWords> room{};
        const Words words = body.take_into(room, record.words);
        if (body.ok()) visitor_.on_counter_reading(time_ns, words);
        return body.ok();
    }

    StreamVisitor& visitor_;
    std::vector<std::uint64_t> words_;
};

/// Whether a chunk begins so. Throws where the whole stream is of another version.
bool is_chunk(const format::ChunkHeader& header, bool is_first) {
    if (header.magic != format::kChunkMagic) return false;
    if (header.version == format::kStreamVersion) return true;
    if (!is_first) return false;
    throw base::Error(fmt::format("the stream has format version {}, this ftscale reads version {}", header.version,
                                  format::kStreamVersion),
                      "use the ftscale that recorded it, or record again");
}

bool is_zero(std::span<const std::byte> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{}; });
}

/// A chunk's header is written when it is mapped; one that promises more than there is was torn or cut off.
ChunkView view_chunk(std::span<const std::byte> bytes, std::size_t at, const format::ChunkHeader& header,
                     std::vector<std::string>& warnings) {
    const std::size_t begin = at + sizeof(header);
    const std::size_t there = bytes.size() - begin;
    const std::size_t most =
        header.size > sizeof(header) ? std::min<std::size_t>(there, header.size - sizeof(header)) : there;
    if (header.committed > most)
        warnings.push_back(fmt::format("chunk at byte {} is cut short: {} of {} bytes", at, most, header.committed));
    return {header, begin, bytes.subspan(begin, std::min<std::size_t>(header.committed, most))};
}

/// One chunk of the process counts for all threads that have none.
ChunklessLoss chunkless_loss(const std::vector<ChunkView>& chunks) {
    ChunklessLoss loss;
    for (const ChunkView& chunk : chunks) {
        const format::ChunkHeader& header = chunk.header;
        loss.threads = std::max(loss.threads, header.chunkless_threads);
        loss.records = std::max(loss.records, header.chunkless_records);
        if (header.chunkless_error != 0) loss.error = header.chunkless_error;
    }
    return loss;
}

}  // namespace

std::vector<ChunkView> find_chunks(std::span<const std::byte> bytes, std::vector<std::string>& warnings) {
    std::vector<ChunkView> chunks;
    bool is_lost = false;  // one warning for a damaged stretch
    for (std::size_t at = 0; at < bytes.size();) {
        format::ChunkHeader header{};
        const std::size_t there = std::min(sizeof(header), bytes.size() - at);
        std::memcpy(&header, bytes.data() + at, there);
        if (there < sizeof(header) || !is_chunk(header, chunks.empty())) {
            const bool is_gap = is_zero(bytes.subspan(at, there));  // reserved but never begun
            if (!is_gap && !is_lost)
                warnings.push_back(fmt::format("no chunk begins at byte {}, where one should", at));
            is_lost = is_lost || !is_gap;
            // Chunks of a live stream begin at multiples of the alignment.
            at = (at / format::kChunkAlignment + 1) * format::kChunkAlignment;
            continue;
        }
        is_lost = false;
        chunks.push_back(view_chunk(bytes, at, header, warnings));
        const bool sane = header.size >= sizeof(header) && header.size <= bytes.size() - at;
        at += sane ? header.size : sizeof(header) + chunks.back().records.size();
    }
    return chunks;
}

std::vector<std::string> read_stream(std::span<const std::byte> bytes, StreamVisitor& visitor) {
    std::vector<std::string> warnings;
    std::vector<ChunkView> chunks = find_chunks(bytes, warnings);
    std::stable_sort(chunks.begin(), chunks.end(), [](const ChunkView& a, const ChunkView& b) {
        return std::pair(a.header.thread, a.header.sequence) < std::pair(b.header.thread, b.header.sequence);
    });
    for (std::size_t first = 0; first < chunks.size();) {
        const std::uint32_t thread = chunks[first].header.thread;
        visitor.on_thread(thread);
        ThreadReader reader(visitor);
        std::size_t next = first;
        bool readable = true;
        std::uint64_t missing = 0;
        for (; next < chunks.size() && chunks[next].header.thread == thread; ++next) {
            // Stacks refer back to what came before: behind a gap nothing of the thread can be read.
            readable = readable && chunks[next].header.sequence == next - first;
            if (!readable) continue;
            const std::size_t read = reader.read(chunks[next].records);
            readable = read == chunks[next].records.size();
            if (!readable)
                warnings.push_back(
                    fmt::format("thread {}: unreadable record at byte {}", thread, chunks[next].offset + read));
            const format::ChunkHeader& header = chunks[next].header;
            if (header.no_room > missing) visitor.on_gap(header.no_room - missing, header.no_room_error);
            missing = std::max(missing, header.no_room);
        }
        if (!readable) warnings.push_back(fmt::format("thread {}: the rest of its records is lost", thread));
        first = next;
    }
    const ChunklessLoss loss = chunkless_loss(chunks);
    if (loss.threads != 0 || loss.records != 0) visitor.on_chunkless(loss);
    return warnings;
}

}  // namespace ftscale::recording

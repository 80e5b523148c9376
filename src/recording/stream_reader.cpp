// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/stream_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

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

    /// Stacks refer back to what came before: behind a gap nothing of the thread can be read.
    void read(const ChunkView& chunk, std::vector<std::string>& warnings) {
        const bool follows = chunk.header.sequence == next_sequence_++;
        if (!readable_) return;
        const std::size_t read = follows ? read_records(chunk.records) : 0;
        readable_ = follows && read == chunk.records.size();
        if (readable_) return tell_gap(chunk.header);
        const std::uint32_t thread = chunk.header.thread;
        if (follows)
            warnings.push_back(fmt::format("thread {}: unreadable record at byte {}", thread, chunk.offset + read));
        warnings.push_back(fmt::format("thread {}: the rest of its records is lost", thread));
    }

  private:
    /// What found no room is missing behind the chunk's last ordinary record.
    void tell_gap(const format::ChunkHeader& header) {
        if (header.no_room <= missing_) return;
        visitor_.on_gap(header.no_room - missing_, header.no_room_error);
        missing_ = header.no_room;
    }

    /// The offset of the first record that cannot be read; the end of `records` when all can.
    std::size_t read_records(std::span<const std::byte> records) {
        std::size_t at = 0;
        while (records.size() - at >= sizeof(format::RecordHeader)) {
            format::RecordHeader header;
            std::memcpy(&header, records.data() + at, sizeof(header));
            if (header.size < sizeof(header) || header.size % 8 != 0 || header.size > records.size() - at) return at;
            if (header.time_ns > format::kLatestNs ||
                !dispatch(header, Body(records.subspan(at + sizeof(header), header.size - sizeof(header)))))
                return at;
            at += header.size;
        }
        return at;
    }

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
                return parse_sample(header, body);
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
            case RecordType::Thinning:
                return parse(time_ns, body, &StreamVisitor::on_thinning);
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
        if (std::size_t{header.stored} + header.shared > format::kMostStackWords) return false;
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
    bool parse_sample(const format::RecordHeader& header, Body body) {
        const auto record = body.take<format::Sample>();
        std::array<std::uint64_t, format::kMostRegisters> registers{};
        std::array<format::SampleObject, format::kMostSampleObjects> objects{};
        std::array<std::uint64_t, format::kMostCounterWords> counters{};
        const SampleParts parts = {body.take_into(registers, record.register_count),
                                   body.take_into(objects, record.object_count),
                                   body.take_into(counters, record.counter_words), header.flags};
        StackView stack;
        if (!body.ok() || !take_stack(body, stack)) return false;
        visitor_.on_sample(header.time_ns, record, parts, stack);
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
    std::uint32_t next_sequence_ = 0;
    bool readable_ = true;
    std::uint64_t missing_ = 0;  // records that found no room
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

/// Read at once.
constexpr std::uint64_t kStep = 1 << 20;
/// A damaged chunk that does not say its size has no more records than this.
constexpr std::uint64_t kMostUnsized = std::uint64_t{64} << 20;

/// One chunk of the process counts for all threads that have none.
void add_loss(const format::ChunkHeader& header, ChunklessLoss& loss) {
    loss.threads = std::max(loss.threads, header.chunkless_threads);
    loss.records = std::max(loss.records, header.chunkless_records);
    if (header.chunkless_error != 0) loss.error = header.chunkless_error;
}

}  // namespace

std::size_t MemorySource::read(std::span<std::byte> room) {
    const std::size_t count = std::min(room.size(), bytes_.size());
    if (count != 0) std::memcpy(room.data(), bytes_.data(), count);
    bytes_ = bytes_.subspan(count);
    return count;
}

/// The next `count` bytes, fewer where the stream ends. What a damaged length asks for is only taken as it comes.
std::span<const std::byte> ChunkReader::look(std::uint64_t count) {
    while (in_use_ < count) {
        const std::uint64_t step = std::min(count - in_use_, std::max<std::uint64_t>(kStep, in_use_));
        if (buffer_.size() < in_use_ + step) buffer_.resize(in_use_ + step);
        const std::size_t read = source_.read(std::span(buffer_).subspan(in_use_, step));
        in_use_ += read;
        if (read < step) break;
    }
    return std::span<const std::byte>(buffer_).first(std::min<std::uint64_t>(in_use_, count));
}

void ChunkReader::skip_to(std::uint64_t offset) {
    while (at_ < offset) {
        const std::size_t step = look(std::min(offset - at_, kStep)).size();
        if (step == 0) break;
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(step),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(in_use_), buffer_.begin());
        in_use_ -= step;
        at_ += step;
    }
}

/// A chunk's header is written when it is mapped; one that promises more than there is was torn or cut off.
ChunkView ChunkReader::view(const format::ChunkHeader& header, std::vector<std::string>& warnings) {
    const bool has_size = header.size > sizeof(header);
    const std::uint64_t promised = has_size ? header.size : sizeof(header) + std::min(header.committed, kMostUnsized);
    const std::span<const std::byte> there = look(promised);
    const std::span<const std::byte> records = there.subspan(sizeof(header));
    if (header.committed > records.size())
        warnings.push_back(
            fmt::format("chunk at byte {} is cut short: {} of {} bytes", at_, records.size(), header.committed));
    const ChunkView view{header, at_ + sizeof(header),
                         records.first(std::min<std::uint64_t>(header.committed, records.size()))};
    const bool sane = header.size >= sizeof(header) && header.size <= there.size();
    behind_ = at_ + (sane ? header.size : sizeof(header) + view.records.size());
    return view;
}

std::optional<ChunkView> ChunkReader::next(std::vector<std::string>& warnings) {
    for (skip_to(behind_);; skip_to(behind_)) {
        const std::span<const std::byte> begin = look(sizeof(format::ChunkHeader));
        if (begin.empty()) return std::nullopt;
        format::ChunkHeader header{};
        std::memcpy(&header, begin.data(), begin.size());
        if (begin.size() == sizeof(header) && is_chunk(header, !any_)) {
            any_ = true;
            lost_ = false;
            return view(header, warnings);
        }
        const bool is_gap = is_zero(begin);  // reserved but never begun
        // One warning for a damaged stretch.
        if (!is_gap && !lost_) warnings.push_back(fmt::format("no chunk begins at byte {}, where one should", at_));
        lost_ = lost_ || !is_gap;
        // Chunks of a live stream begin at multiples of the alignment.
        behind_ = (at_ / format::kChunkAlignment + 1) * format::kChunkAlignment;
    }
}

std::vector<std::string> read_stream(ByteSource& source, StreamVisitor& visitor) {
    std::vector<std::string> warnings;
    std::unordered_map<std::uint32_t, ThreadReader> threads;
    std::optional<std::uint32_t> latest;
    ChunklessLoss loss;
    ChunkReader chunks(source);
    while (const auto chunk = chunks.next(warnings)) {
        const std::uint32_t thread = chunk->header.thread;
        if (latest != thread) visitor.on_thread(thread);
        latest = thread;
        threads.try_emplace(thread, visitor).first->second.read(*chunk, warnings);
        add_loss(chunk->header, loss);
    }
    if (loss.threads != 0 || loss.records != 0) visitor.on_chunkless(loss);
    return warnings;
}

std::vector<std::string> read_stream(std::span<const std::byte> bytes, StreamVisitor& visitor) {
    MemorySource source(bytes);
    return read_stream(source, visitor);
}

}  // namespace ftscale::recording

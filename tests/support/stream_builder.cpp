// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "support/stream_builder.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace ftscale::tests {

using format::RecordType;

namespace {

template <typename Value>
void append(std::vector<std::byte>& bytes, const Value& value) {
    const auto* begin = reinterpret_cast<const std::byte*>(&value);
    bytes.insert(bytes.end(), begin, begin + sizeof(value));
}

void append_text(std::vector<std::byte>& bytes, std::string_view text) {
    const auto* begin = reinterpret_cast<const std::byte*>(text.data());
    bytes.insert(bytes.end(), begin, begin + text.size());
}

std::uint32_t length(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }

std::size_t shared_words(const Words& before, const Words& now) {
    const std::size_t most = std::min(before.size(), now.size());
    std::size_t shared = 0;
    while (shared < most && before[before.size() - 1 - shared] == now[now.size() - 1 - shared]) ++shared;
    return shared;
}

}  // namespace

ThreadStream& ThreadStream::new_chunk() {
    const auto sequence = static_cast<std::uint32_t>(chunks_.size());
    format::ChunkHeader header{};
    header.magic = format::kChunkMagic;
    header.version = format::kStreamVersion;
    header.thread = ordinal_;
    header.sequence = sequence;
    if (!chunks_.empty()) {
        header.no_room = chunks_.back().header.no_room;
        header.no_room_error = chunks_.back().header.no_room_error;
    }
    chunks_.push_back({header, {}});
    return *this;
}

ThreadStream& ThreadStream::no_room(std::uint64_t records, std::uint32_t error) {
    if (chunks_.empty()) new_chunk();
    chunks_.back().header.no_room += records;
    chunks_.back().header.no_room_error = error;
    return *this;
}

ThreadStream& ThreadStream::chunkless(std::uint32_t threads, std::uint64_t records, std::uint32_t error) {
    if (chunks_.empty()) new_chunk();
    format::ChunkHeader& header = chunks_.front().header;
    header.chunkless_threads = threads;
    header.chunkless_records = records;
    header.chunkless_error = error;
    return *this;
}

ThreadStream& ThreadStream::process_stat(std::uint64_t time_ns, const format::ProcessStat& stat) {
    return record(RecordType::ProcessStat, time_ns, stat, {});
}

ThreadStream& ThreadStream::sampler(std::uint64_t time_ns, format::Sampler sampler, std::uint32_t flags) {
    return record(RecordType::ThreadSampler, time_ns, format::ThreadSampler{static_cast<std::uint32_t>(sampler), flags},
                  {});
}

ThreadStream& ThreadStream::raw(std::uint16_t type, std::uint64_t time_ns, const std::vector<std::byte>& body,
                                std::uint32_t size) {
    const std::size_t whole = sizeof(format::RecordHeader) + body.size();
    const std::size_t room = format::kChunkAlignment - sizeof(format::ChunkHeader);
    if (chunks_.empty()) new_chunk();
    if (const std::size_t used = chunks_.back().records.size(); used != 0 && used + whole > room) new_chunk();
    std::vector<std::byte>& records = chunks_.back().records;
    append(records, format::RecordHeader{type, 0, size != 0 ? size : static_cast<std::uint32_t>(whole), time_ns});
    records.insert(records.end(), body.begin(), body.end());
    return *this;
}

ThreadStream& ThreadStream::padded(RecordType type, std::uint64_t time_ns, std::vector<std::byte> body) {
    body.resize((body.size() + 7) / 8 * 8);
    return raw(static_cast<std::uint16_t>(type), time_ns, body);
}

template <typename Body>
ThreadStream& ThreadStream::record(RecordType type, std::uint64_t time_ns, const Body& body, std::string_view texts) {
    std::vector<std::byte> bytes;
    append(bytes, body);
    append_text(bytes, texts);
    return padded(type, time_ns, std::move(bytes));
}

template <typename Body>
ThreadStream& ThreadStream::record_with_stack(RecordType type, std::uint64_t time_ns, const Body& body,
                                              const Words& stack, const SampleTail& tail) {
    const std::size_t shared = shared_words(previous_, stack);
    const std::size_t stored = stack.size() - shared;
    std::vector<std::byte> bytes;
    append(bytes, body);
    for (const std::uint64_t value : tail.registers) append(bytes, value);
    for (const format::SampleObject& object : tail.objects) append(bytes, object);
    for (const std::uint64_t word : tail.counters) append(bytes, word);
    append(bytes, format::Stack{static_cast<std::uint16_t>(stored), static_cast<std::uint16_t>(shared), 0, 0});
    for (std::size_t i = 0; i < stored; ++i) append(bytes, stack[i]);
    previous_ = stack;
    return padded(type, time_ns, std::move(bytes));
}

ThreadStream& ThreadStream::process_begin(std::uint64_t time_ns, std::uint32_t pid, std::string_view executable) {
    format::ProcessBegin body{};
    body.pid = pid;
    body.parent_pid = 1;
    body.python_version = 0x030d05f0;
    body.sampler = static_cast<std::uint32_t>(format::Sampler::CpuClock);
    body.period_ns = 1'003'009;
    body.path_bytes = length(executable);
    return record(RecordType::ProcessBegin, time_ns, body, executable);
}

ThreadStream& ThreadStream::begin(std::uint64_t time_ns, std::uint32_t tid, std::string_view name,
                                  std::uint64_t start_routine) {
    return record(RecordType::ThreadBegin, time_ns,
                  format::ThreadBegin{tid, length(name), 0x7000 + tid, start_routine, 0, 0}, name);
}

ThreadStream& ThreadStream::name(std::uint64_t time_ns, std::string_view name) {
    std::vector<std::byte> body;
    append_text(body, name);
    return padded(RecordType::ThreadName, time_ns, body);
}

ThreadStream& ThreadStream::stat(std::uint64_t time_ns, const format::ThreadStat& stat) {
    return record(RecordType::ThreadStat, time_ns, stat, {});
}

ThreadStream& ThreadStream::end(std::uint64_t time_ns) { return padded(RecordType::ThreadEnd, time_ns, {}); }

ThreadStream& ThreadStream::module(std::uint64_t begin, std::uint64_t end, std::uint64_t base, std::string_view path) {
    return record(RecordType::Module, 0, format::Module{begin, end, base, length(path), 0}, path);
}

ThreadStream& ThreadStream::code(std::uint32_t id, std::string_view qualname, std::string_view file,
                                 std::uint32_t first_line, std::string_view linetable) {
    const std::string_view name = qualname.substr(qualname.rfind('.') + 1);  // npos + 1 is 0
    const format::Code body{0xc0de00 + id,    id,           first_line,       length(name),
                            length(qualname), length(file), length(linetable)};
    std::string texts;
    texts.append(name).append(qualname).append(file).append(linetable);
    return record(RecordType::Code, 0, body, texts);
}

ThreadStream& ThreadStream::type(std::uint64_t address, std::string_view name) {
    return record(RecordType::Type, 0, format::Type{address, length(name), 0}, name);
}

ThreadStream& ThreadStream::sample(std::uint64_t time_ns, std::uint64_t pc, const Words& stack) {
    format::Sample body{};
    body.pc = pc;
    body.cpu_ns = time_ns / 2;
    body.run_delay_ns = format::kUnknownNs;
    return record_with_stack(RecordType::Sample, time_ns, body, stack);
}

ThreadStream& ThreadStream::object(std::uint64_t address, std::uint64_t type, std::string_view name) {
    return record(RecordType::Object, 0, format::Object{address, type, length(name), 0}, name);
}

ThreadStream& ThreadStream::sample(std::uint64_t time_ns, format::Sample sample, const SampleTail& tail,
                                   const Words& stack) {
    sample.register_count = static_cast<std::uint8_t>(tail.registers.size());
    sample.object_count = static_cast<std::uint16_t>(tail.objects.size());
    sample.counter_words = static_cast<std::uint8_t>(tail.counters.size());
    return record_with_stack(RecordType::Sample, time_ns, sample, stack, tail);
}

ThreadStream& ThreadStream::counter(std::uint32_t index, std::uint32_t group, std::string_view name) {
    return record(RecordType::Counter, 0, format::Counter{index, group, length(name), 0}, name);
}

ThreadStream& ThreadStream::counter_reading(std::uint64_t time_ns, const Words& words) {
    std::vector<std::byte> body;
    append(body, format::CounterReading{static_cast<std::uint32_t>(words.size()), 0});
    for (const std::uint64_t word : words) append(body, word);
    return padded(RecordType::CounterReading, time_ns, body);
}

ThreadStream& ThreadStream::gc_begin(std::uint64_t time_ns, std::uint32_t generation, const Words& stack) {
    return record_with_stack(RecordType::GcBegin, time_ns, format::GcBegin{generation, 0}, stack);
}

ThreadStream& ThreadStream::gc_end(std::uint64_t time_ns, std::uint64_t collected) {
    return record(RecordType::GcEnd, time_ns, format::GcEnd{collected}, {});
}

ThreadStream& ThreadStream::gil_module(std::uint64_t time_ns, std::string_view name) {
    std::vector<std::byte> body;
    append_text(body, name);
    return padded(RecordType::GilModule, time_ns, body);
}

ThreadStream& ThreadStream::wait_begin(std::uint64_t time_ns, const format::WaitBegin& wait, const Words& stack) {
    return record_with_stack(RecordType::WaitBegin, time_ns, wait, stack);
}

ThreadStream& ThreadStream::wait_end(std::uint64_t time_ns, std::uint32_t error, bool handed_off) {
    return record(RecordType::WaitEnd, time_ns, format::WaitEnd{error, handed_off ? 1u : 0u}, {});
}

ThreadStream& ThreadStream::wake(std::uint64_t time_ns, const format::Wake& wake, const Words& stack) {
    return record_with_stack(RecordType::Wake, time_ns, wake, stack);
}

ThreadStream& ThreadStream::spin_begin(std::uint64_t time_ns, const format::SpinBegin& spin, const Words& stack) {
    return record_with_stack(RecordType::SpinBegin, time_ns, spin, stack);
}

ThreadStream& ThreadStream::spin_end(std::uint64_t time_ns, std::uint64_t yields) {
    return record(RecordType::SpinEnd, time_ns, format::SpinEnd{yields}, {});
}

ThreadStream& ThreadStream::region_begin(std::uint64_t time_ns, std::string_view name) {
    std::vector<std::byte> body;
    append_text(body, name);
    return padded(RecordType::RegionBegin, time_ns, body);
}

ThreadStream& ThreadStream::region_end(std::uint64_t time_ns, std::string_view name) {
    std::vector<std::byte> body;
    append_text(body, name);
    return padded(RecordType::RegionEnd, time_ns, body);
}

ThreadStream& ThreadStream::event(std::uint64_t time_ns, format::Event event, std::int32_t value) {
    return record(RecordType::ProcessEvent, time_ns, format::ProcessEvent{static_cast<std::uint32_t>(event), value, 0},
                  {});
}

ThreadStream& StreamBuilder::thread(std::uint32_t ordinal) {
    return threads_.try_emplace(ordinal, ordinal).first->second;
}

std::vector<std::byte> StreamBuilder::bytes() const {
    std::size_t turns = 0;
    for (const auto& [ordinal, thread] : threads_) turns = std::max(turns, thread.chunks_.size());
    std::vector<std::byte> file;
    for (std::size_t turn = 0; turn < turns; ++turn) {
        for (const auto& [ordinal, thread] : threads_) {
            if (turn >= thread.chunks_.size()) continue;
            const auto& [header, records] = thread.chunks_[turn];
            const std::size_t begin = file.size(), used = sizeof(header) + records.size();
            format::ChunkHeader final_header = header;
            final_header.committed = records.size();
            final_header.size =
                (used + format::kChunkAlignment - 1) / format::kChunkAlignment * format::kChunkAlignment;
            append(file, final_header);
            file.insert(file.end(), records.begin(), records.end());
            file.resize(begin + final_header.size);
        }
    }
    return file;
}

}  // namespace ftscale::tests

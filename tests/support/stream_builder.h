// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Writes the bytes of a stream file record by record, as the probe does: chunks, padding, delta-coded stacks. A second
// writer of the format beside the probe's, so that a misreading of include/ftscale/recording_format.h shows.
//
//     StreamBuilder stream;
//     stream.thread(0).code(1, "work", "/app.py", 3).sample(1'000, 0x401000, {0x401000, python(1, 4)});
//
// Times are nanoseconds, stacks are words, innermost first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "ftscale/recording_format.h"

namespace ftscale::tests {

using Words = std::vector<std::uint64_t>;

inline std::uint64_t python(std::uint32_t code_id, std::uint32_t offset) {
    return format::python_frame(code_id, offset);
}

/// What stands between a sample and its stack.
struct SampleTail {
    Words registers;
    std::vector<format::SampleObject> objects;
    Words counters;
};

/// What one thread writes.
class ThreadStream {
  public:
    explicit ThreadStream(std::uint32_t ordinal) : ordinal_(ordinal) {}

    ThreadStream& process_begin(std::uint64_t time_ns, std::uint32_t pid, std::string_view executable);
    ThreadStream& begin(std::uint64_t time_ns, std::uint32_t tid, std::string_view name,
                        std::uint64_t start_routine = 0);
    ThreadStream& name(std::uint64_t time_ns, std::string_view name);
    ThreadStream& stat(std::uint64_t time_ns, const format::ThreadStat& stat);
    ThreadStream& end(std::uint64_t time_ns);
    ThreadStream& module(std::uint64_t begin, std::uint64_t end, std::uint64_t base, std::string_view path);
    ThreadStream& code(std::uint32_t id, std::string_view qualname, std::string_view file, std::uint32_t first_line,
                       std::string_view linetable = {});
    ThreadStream& type(std::uint64_t address, std::string_view name);
    ThreadStream& object(std::uint64_t address, std::uint64_t type, std::string_view name);
    ThreadStream& sample(std::uint64_t time_ns, std::uint64_t pc, const Words& stack);
    /// `sample`: all but the lengths of what follows it.
    ThreadStream& sample(std::uint64_t time_ns, format::Sample sample, const SampleTail& tail, const Words& stack);
    ThreadStream& counter(std::uint32_t index, std::uint32_t group, std::string_view name);
    ThreadStream& counter_reading(std::uint64_t time_ns, const Words& words);
    ThreadStream& gc_begin(std::uint64_t time_ns, std::uint32_t generation, const Words& stack);
    ThreadStream& gc_end(std::uint64_t time_ns, std::uint64_t collected);
    ThreadStream& gil_module(std::uint64_t time_ns, std::string_view name);
    ThreadStream& wait_begin(std::uint64_t time_ns, const format::WaitBegin& wait, const Words& stack);
    ThreadStream& wait_end(std::uint64_t time_ns, std::uint32_t error = 0, bool handed_off = false);
    ThreadStream& wake(std::uint64_t time_ns, const format::Wake& wake, const Words& stack);
    ThreadStream& spin_begin(std::uint64_t time_ns, const format::SpinBegin& spin, const Words& stack);
    ThreadStream& spin_end(std::uint64_t time_ns, std::uint64_t yields);
    ThreadStream& region_begin(std::uint64_t time_ns, std::string_view name);
    ThreadStream& region_end(std::uint64_t time_ns, std::string_view name);
    ThreadStream& event(std::uint64_t time_ns, format::Event event, std::int32_t value);
    ThreadStream& process_stat(std::uint64_t time_ns, const format::ProcessStat& stat);
    ThreadStream& sampler(std::uint64_t time_ns, format::Sampler sampler, std::uint32_t flags = 0);
    /// So many records found no room behind what the chunk at hand has so far.
    ThreadStream& no_room(std::uint64_t records, std::uint32_t error);
    /// What the first chunk says of threads without one.
    ThreadStream& chunkless(std::uint32_t threads, std::uint64_t records, std::uint32_t error);

    /// For damage: any body, not padded; `size` 0 stands for the right one.
    ThreadStream& raw(std::uint16_t type, std::uint64_t time_ns, const std::vector<std::byte>& body,
                      std::uint32_t size = 0);
    /// The next record begins a chunk.
    ThreadStream& new_chunk();

  private:
    friend class StreamBuilder;
    struct Chunk {
        format::ChunkHeader header;
        std::vector<std::byte> records;
    };
    template <typename Body>
    ThreadStream& record(format::RecordType type, std::uint64_t time_ns, const Body& body, std::string_view texts);
    template <typename Body>
    ThreadStream& record_with_stack(format::RecordType type, std::uint64_t time_ns, const Body& body,
                                    const Words& stack, const SampleTail& tail = {});
    ThreadStream& padded(format::RecordType type, std::uint64_t time_ns, std::vector<std::byte> body);

    std::uint32_t ordinal_;
    std::vector<Chunk> chunks_;
    Words previous_;
};

/// What one process writes.
class StreamBuilder {
  public:
    ThreadStream& thread(std::uint32_t ordinal);
    /// The file: the threads' chunks in turn, each of 16 KiB or as many times that as its records need.
    std::vector<std::byte> bytes() const;

  private:
    std::map<std::uint32_t, ThreadStream> threads_;
};

}  // namespace ftscale::tests

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Reads the stream of one process (include/ftscale/recording_format.h) and hands its records to a visitor, chunk by
// chunk, each thread's in the order they were written. One dispatch for everybody who reads streams: trace_builder.h
// and dump.cpp are visitors. Damage is not an error: what stands before it is delivered, and a warning says where it
// begins. Only one chunk is in memory at a time: a recording may be larger than that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ftscale/recording_format.h"

namespace ftscale::recording {

/// A record's stack with what it shares with the thread's previous one filled in.
struct StackView {
    std::span<const std::uint64_t> words;  // innermost first, complete
    std::size_t shared = 0;                // outermost words that are those of the thread's previous stack
    std::uint16_t flags = 0;               // format::StackFlag
};

using SampleObjects = std::span<const format::SampleObject>;
using Words = std::span<const std::uint64_t>;

/// What stands between a sample and its stack.
struct SampleParts {
    Words registers;  // none where there are no objects
    SampleObjects objects;
    Words counters;              // see format::CounterReading; none where nothing is counted
    std::uint16_t left_out = 0;  // samples since the thread's last one that were not written
};

/// What threads lost that had no chunk to count it in: before their first one, or all their lives.
struct ChunklessLoss {
    std::uint32_t threads = 0;  // that never had one
    std::uint64_t records = 0;
    std::uint32_t error = 0;  // an errno
};

struct CodeTexts {
    std::string_view name, qualname, filename, linetable;
};

/// One function per record type, doing nothing unless overridden. Times are CLOCK_MONOTONIC nanoseconds.
class StreamVisitor {
  public:
    virtual ~StreamVisitor() = default;
    /// The records that follow are those of this thread; it may have had its turn before.
    virtual void on_thread(std::uint32_t /*ordinal*/) {}
    virtual void on_process_begin(std::uint64_t /*time_ns*/, const format::ProcessBegin& /*record*/,
                                  std::string_view /*path*/) {}
    virtual void on_thread_begin(std::uint64_t /*time_ns*/, const format::ThreadBegin& /*record*/,
                                 std::string_view /*name*/) {}
    virtual void on_thread_name(std::uint64_t /*time_ns*/, std::string_view /*name*/) {}
    virtual void on_thread_stat(std::uint64_t /*time_ns*/, const format::ThreadStat& /*record*/) {}
    virtual void on_thread_end(std::uint64_t /*time_ns*/) {}
    virtual void on_module(std::uint64_t /*time_ns*/, const format::Module& /*record*/, std::string_view /*path*/) {}
    virtual void on_code(std::uint64_t /*time_ns*/, const format::Code& /*record*/, const CodeTexts& /*texts*/) {}
    virtual void on_type(std::uint64_t /*time_ns*/, const format::Type& /*record*/, std::string_view /*name*/) {}
    virtual void on_object(std::uint64_t /*time_ns*/, const format::Object& /*record*/, std::string_view /*name*/) {}
    virtual void on_sample(std::uint64_t /*time_ns*/, const format::Sample& /*record*/, const SampleParts& /*parts*/,
                           const StackView& /*stack*/) {}
    virtual void on_counter(std::uint64_t /*time_ns*/, const format::Counter& /*record*/, std::string_view /*name*/) {}
    virtual void on_counter_reading(std::uint64_t /*time_ns*/, Words /*words*/) {}
    virtual void on_wait_begin(std::uint64_t /*time_ns*/, const format::WaitBegin& /*record*/,
                               const StackView& /*stack*/) {}
    virtual void on_wait_end(std::uint64_t /*time_ns*/, const format::WaitEnd& /*record*/) {}
    virtual void on_wake(std::uint64_t /*time_ns*/, const format::Wake& /*record*/, const StackView& /*stack*/) {}
    virtual void on_spin_begin(std::uint64_t /*time_ns*/, const format::SpinBegin& /*record*/,
                               const StackView& /*stack*/) {}
    virtual void on_spin_end(std::uint64_t /*time_ns*/, const format::SpinEnd& /*record*/) {}
    virtual void on_gc_begin(std::uint64_t /*time_ns*/, const format::GcBegin& /*record*/, const StackView& /*stack*/) {
    }
    virtual void on_gc_end(std::uint64_t /*time_ns*/, const format::GcEnd& /*record*/) {}
    virtual void on_gil_module(std::uint64_t /*time_ns*/, std::string_view /*name*/) {}
    virtual void on_region(std::uint64_t /*time_ns*/, bool /*begins*/, std::string_view /*name*/) {}
    virtual void on_thinning(std::uint64_t /*time_ns*/, const format::Thinning& /*record*/) {}
    virtual void on_process_event(std::uint64_t /*time_ns*/, const format::ProcessEvent& /*record*/) {}
    virtual void on_process_stat(std::uint64_t /*time_ns*/, const format::ProcessStat& /*record*/) {}
    virtual void on_thread_sampler(std::uint64_t /*time_ns*/, const format::ThreadSampler& /*record*/) {}
    /// Here, or at the end of the thread from here on, so many of its records are missing: there was no room for them
    /// for the reason that an errno tells. Behind it nothing is known to be open.
    virtual void on_gap(std::uint64_t /*records*/, std::uint32_t /*error*/) {}
    /// After all threads.
    virtual void on_chunkless(const ChunklessLoss& /*loss*/) {}
};

/// Where the bytes of a stream come from, in order.
class ByteSource {
  public:
    virtual ~ByteSource() = default;
    /// Fills `room`; fewer bytes than fit only where the stream ends.
    virtual std::size_t read(std::span<std::byte> room) = 0;
};

/// A stream that is in memory.
class MemorySource : public ByteSource {
  public:
    explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}
    std::size_t read(std::span<std::byte> room) override;

  private:
    std::span<const std::byte> bytes_;
};

struct ChunkView {
    format::ChunkHeader header{};
    std::uint64_t offset = 0;            // of the records in the stream
    std::span<const std::byte> records;  // as far as they are there
};

/// The chunks of a stream in file order, one in memory at a time.
class ChunkReader {
  public:
    explicit ChunkReader(ByteSource& source) : source_(source) {}

    /// The next chunk, one cut off cut to what is there; valid until the next call. Says in `warnings` what is no
    /// chunk. Throws base::Error when the stream, by its first chunk, is of another version.
    std::optional<ChunkView> next(std::vector<std::string>& warnings);

  private:
    std::span<const std::byte> look(std::uint64_t count);
    void skip_to(std::uint64_t offset);
    ChunkView view(const format::ChunkHeader& header, std::vector<std::string>& warnings);

    ByteSource& source_;
    std::vector<std::byte> buffer_;  // of the stream's bytes from `at_` on: those in use, and room behind them
    std::size_t in_use_ = 0;
    std::uint64_t at_ = 0, behind_ = 0;  // the chunk at hand; the end of what was handed out
    bool any_ = false, lost_ = false;    // a chunk was found; what stands before is damaged
};

/// Reads a stream chunk by chunk: a visitor is told of a thread's records in the order they were written, but the
/// threads take turns. Warnings, one per damaged place, with byte offsets into the stream. Throws as ChunkReader.
std::vector<std::string> read_stream(ByteSource& source, StreamVisitor& visitor);
/// Likewise, of a stream that is in memory.
std::vector<std::string> read_stream(std::span<const std::byte> bytes, StreamVisitor& visitor);

}  // namespace ftscale::recording

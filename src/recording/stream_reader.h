// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Reads the stream of one process (include/ftscale/recording_format.h) and hands its records to a visitor, thread by
// thread, each thread's in the order they were written. One dispatch for everybody who reads streams: trace_builder.h
// and dump.cpp are visitors. Damage is not an error: what stands before it is delivered, and a warning says where it
// begins.
#pragma once

#include <cstddef>
#include <cstdint>
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
    Words counters;  // see format::CounterReading; none where nothing is counted
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
    /// The records that follow are those of this thread.
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
    virtual void on_process_event(std::uint64_t /*time_ns*/, const format::ProcessEvent& /*record*/) {}
    virtual void on_process_stat(std::uint64_t /*time_ns*/, const format::ProcessStat& /*record*/) {}
    virtual void on_thread_sampler(std::uint64_t /*time_ns*/, const format::ThreadSampler& /*record*/) {}
    /// Here, or at the end of the thread from here on, so many of its records are missing: there was no room for them
    /// for the reason that an errno tells. Behind it nothing is known to be open.
    virtual void on_gap(std::uint64_t /*records*/, std::uint32_t /*error*/) {}
    /// After all threads.
    virtual void on_chunkless(const ChunklessLoss& /*loss*/) {}
};

/// Warnings, one per damaged place, with byte offsets into `bytes`. Throws base::Error when the stream, by its first
/// chunk, is of another version.
std::vector<std::string> read_stream(std::span<const std::byte> bytes, StreamVisitor& visitor);

struct ChunkView {
    format::ChunkHeader header{};
    std::size_t offset = 0;  // of the records
    std::span<const std::byte> records;
};

/// The chunks of a stream in file order, those cut off at the end cut to what is there.
std::vector<ChunkView> find_chunks(std::span<const std::byte> bytes, std::vector<std::string>& warnings);

}  // namespace ftscale::recording

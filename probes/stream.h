// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// One thread's append-only record stream: chunks mapped from the process's stream file. Safe in a signal handler of the
// owning thread; never used by another thread. No descriptor stays open: a script that closes all descriptors cannot
// hurt it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "budget.h"
#include "ftscale/recording_format.h"

namespace ftscale::probe {

/// CLOCK_MONOTONIC.
std::uint64_t now_ns();

/// Where the process's chunks come from. Set once in the constructor, before any thread exists.
class StreamFile {
  public:
    /// False when the file cannot be made. Chunks are mapped, so they are whole pages: of 64 KiB on some kernels.
    bool create(const char* directory, unsigned pid, std::size_t page_bytes);
    /// Maps `bytes` (a multiple of least_chunk_bytes) of fresh file, disk space reserved; null when there is none to be
    /// had.
    void* map_chunk(std::size_t bytes);
    std::size_t least_chunk_bytes() const { return least_chunk_bytes_; }

  private:
    char path_[4096] = {};
    std::size_t least_chunk_bytes_ = format::kChunkAlignment;
    // Shared by all threads, but touched only when a chunk is full: once in hundreds to thousands of records.
    std::uint64_t next_offset_ = 0;
};

extern StreamFile g_stream_file;

class Stream {
  public:
    void open(std::uint32_t thread) { thread_ = thread; }

    /// Room for a record with `body_bytes` behind its header; null when there is none. commit() makes it part of the
    /// stream; until then a second begin() takes the same room.
    std::byte* begin(format::RecordType type, std::uint64_t time_ns, std::size_t body_bytes, std::uint16_t flags = 0);
    void commit();
    /// A whole record: `body`, and `bytes` of text behind it (null where there are none), at this moment. False where
    /// it found no room.
    template <typename Body>
    bool write_with_text(format::RecordType type, const Body& body, const char* text, std::size_t bytes) {
        std::byte* out = begin(type, now_ns(), sizeof(body) + bytes);
        if (out == nullptr) return false;
        std::memcpy(out, &body, sizeof(body));
        if (bytes != 0) std::memcpy(out + sizeof(body), text, bytes);
        commit();
        return true;
    }

    void close();
    /// Why begin() found no room.
    format::DropReason why_no_room() const { return why_no_room_; }

  private:
    bool grow(std::size_t record_bytes, RecordKind kind);
    void write_thinning(const format::Thinning& raised);

    format::ChunkHeader* chunk_ = nullptr;
    std::byte* cursor_ = nullptr;
    std::byte* end_ = nullptr;
    std::size_t pending_ = 0;
    RecordKind pending_kind_ = RecordKind::Essential;
    WrittenBytes written_;  // since the last chunk was taken
    format::DropReason why_no_room_ = format::DropReason::StreamFull;
    std::uint32_t thread_ = 0;
    std::uint32_t sequence_ = 0;
};

}  // namespace ftscale::probe

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// One thread's append-only record stream: chunks mapped from the process's stream file. Safe in a signal handler of the
// owning thread; never used by another thread. What finds no room is counted in the header of the thread's chunk, which
// takes none.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "budget.h"
#include "ftscale/recording_format.h"

namespace ftscale::probe {

/// CLOCK_MONOTONIC.
std::uint64_t now_ns();

/// A part of the file that a thread has taken for its next chunk. Kept where the chunk cannot be mapped, so that no try
/// takes more of the disk than the one before.
struct ChunkPlace {
    std::uint64_t offset = 0;
    std::size_t bytes = 0;     // 0: none
    bool is_reserved = false;  // has its disk space
};

inline constexpr std::uint32_t kNobody = 0;

/// Where the process's chunks come from. Set once in the constructor, before any thread exists, and once more in a
/// fork's child that is recorded.
///
/// One descriptor of the file stays open, above those of the script, so that a process that changes its user or its
/// root directory, or has no descriptor left, goes on recording. Before it is used it is asked whether it is still
/// ours; a script may close descriptors it does not know. Then the path leads to the file.
class StreamFile {
  public:
    /// Makes a new file, which nobody else has or gets: process-PID.stream, or process-PID-2.stream, ... False when it
    /// cannot be made. Chunks are mapped, so they are whole pages: of 64 KiB on some kernels.
    bool create(const char* directory, unsigned pid, std::size_t page_bytes);
    /// In a fork's child: a file of its own beside its parent's. No thread may hold a Stream of the parent's any more.
    bool recreate(unsigned pid);
    /// In a fork's child: gives the parent's descriptor up. Nothing is written any more.
    void leave();

    /// False in a child of the process, however it was made: memory is its own by then, but not the mapped file.
    bool is_of_this_process() const { return __atomic_load_n(owner_, __ATOMIC_RELAXED) != 0; }

    /// Maps at least `bytes` (a multiple of least_chunk_bytes) of fresh file with disk space, and sets `place` to where
    /// it is; null, and the error, when there is none to be had: then `place` is for the next try.
    void* map_chunk(ChunkPlace& place, std::size_t bytes, int& error);
    /// Gives the disk space back of a place that was not used.
    void give_back(ChunkPlace& place);
    std::size_t least_chunk_bytes() const { return least_chunk_bytes_; }

    /// Threads without a chunk have no header to count in: the process's first one is counted in instead.
    void count_chunkless(int threads, unsigned records, int error);

  private:
    class Access;
    bool open_new(unsigned pid);
    bool make_owner();
    void keep(int descriptor);
    bool is_this_file(int descriptor) const;
    int kept_descriptor() const;
    int reserve(int descriptor, const ChunkPlace& place) const;
    void view_losses(int descriptor, const ChunkPlace& place);
    void show_losses();

    char path_[4096] = {};
    std::size_t directory_bytes_ = 0;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    int descriptor_ = -1;  // kept open; read and replaced by all threads
    std::size_t least_chunk_bytes_ = format::kChunkAlignment;
    const std::uint32_t* owner_ = &kNobody;  // a page that is zero in children
    // Shared by all threads, but touched only when a chunk is full: once in hundreds to thousands of records.
    std::uint64_t next_offset_ = 0;
    // Likewise, where there is no chunk to be had.
    std::uint64_t chunkless_records_ = 0;
    std::uint32_t chunkless_threads_ = 0, chunkless_error_ = 0;
    format::ChunkHeader* losses_ = nullptr;  // the first chunk's header, mapped for the process's life
};

extern StreamFile g_stream_file;

class Stream {
  public:
    /// What of a chunk a record may use: the end is kept for the last records of a life.
    enum class Room { Ordinary, Final };

    void open(std::uint32_t thread) { thread_ = thread; }
    /// As open, with the record that the first chunk begins with, whenever there is one. Tries to have it now.
    void open(std::uint32_t thread, const format::ThreadBegin& begin, const char* name, std::uint64_t time_ns);

    /// Room for a record with `body_bytes` behind its header; null, and the record is counted as lost, when there is
    /// none. commit() makes it part of the stream; until then a second begin() takes the same room.
    std::byte* begin(format::RecordType type, std::uint64_t time_ns, std::size_t body_bytes, Room room = Room::Ordinary,
                     std::uint16_t flags = 0);
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

    /// Whether there is no room, and none to be had for a while: the record at hand is counted as lost, and nothing
    /// need be found out for it.
    bool refuses();
    /// Records that found no room since there was a chunk.
    std::uint64_t no_room() const { return no_room_; }

    void close();
    /// In a fork's child: gives the parent's chunk up without touching the file.
    void leave();
    /// Likewise, where a record is half written: what goes on being written goes nowhere.
    void detach();

  private:
    bool grow(std::size_t record_bytes, RecordKind kind);
    bool take_allowance(std::size_t bytes, RecordKind kind);
    void write_thinning(const format::Thinning& raised);
    void begin_chunk(std::byte* memory, std::size_t bytes);
    void fail(int error);
    void lose();
    bool fits(const std::byte* end, std::size_t bytes) const {
        return static_cast<std::ptrdiff_t>(bytes) <= end - cursor_;
    }
    const std::byte* chunk_end() const {
        return chunk_ != nullptr ? reinterpret_cast<const std::byte*>(chunk_) + chunk_->size : nullptr;
    }

    format::ChunkHeader* chunk_ = nullptr;
    std::size_t chunk_bytes_ = 0;  // mapped
    std::byte* cursor_ = nullptr;
    std::byte* end_ = nullptr;  // of ordinary records; at the cursor once one found no room
    std::size_t pending_ = 0;
    RecordKind pending_kind_ = RecordKind::Essential;
    WrittenBytes written_;       // since the last chunk was taken
    std::size_t allowance_ = 0;  // taken of the run's for the next chunk
    std::uint32_t thread_ = 0;
    std::uint32_t sequence_ = 0;

    ChunkPlace place_;
    std::uint64_t no_room_ = 0;
    std::uint64_t retry_ns_ = 0;    // before that nothing is tried
    std::uint64_t backoff_ns_ = 0;  // how long that was put off; 0: the last try succeeded
    int error_ = 0;                 // of the last try
    bool is_chunkless_ = false;     // counted as a thread without a chunk

    static constexpr std::size_t kMostNameBytes = 64;
    std::uint32_t first_bytes_ = 0;
    alignas(8) std::byte first_[sizeof(format::RecordHeader) + sizeof(format::ThreadBegin) + kMostNameBytes] = {};
};

}  // namespace ftscale::probe

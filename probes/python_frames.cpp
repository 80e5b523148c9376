// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "python_frames.h"

#include "globals.h"
#include "object_field.h"
#include "safe_read.h"

namespace ftscale::probe {
namespace {

constexpr std::size_t kMostFrameBytes = 128;  // of what stands before a frame's local variables

bool can_be_structure(std::uintptr_t address) {
    constexpr std::uintptr_t kLowest = 1 << 16;
    return address % sizeof(void*) == 0 && address >= kLowest && address < kAddressEnd;
}

/// A copy of memory that may not be there. Where the kernel does not let us ask it is as likely to be there as ever.
bool copy(std::uintptr_t address, void* out, std::size_t bytes) {
    if (!can_be_structure(address)) return false;
    Piece piece{address, out, bytes};
    if (!safe_read_pieces(&piece, 1)) {
        std::memcpy(out, reinterpret_cast<const void*>(address), bytes);
        return true;
    }
    return piece.ok;
}

/// A piece of the thread's data stack: {previous, bytes, top, frames ...}.
struct Chunk {
    std::uintptr_t address = 0, previous = 0;
    std::size_t bytes = 0;

    bool contains(std::uintptr_t frame) const {
        return frame > address && frame - address < bytes && bytes - (frame - address) >= g_layout.frame_locals;
    }
};

Chunk chunk_at(std::uintptr_t address) {
    constexpr std::size_t kMost = std::size_t{1} << 30;
    std::uintptr_t header[2] = {};
    static_assert(kChunkPreviousOffset == 0 && kChunkBytesOffset == sizeof(header[0]));
    if (address == 0 || !copy(address, header, sizeof(header)) || header[1] > kMost) return {};
    return {address, header[0], header[1]};
}

class Frames {
  public:
    Frames(const ThreadState& state, std::uintptr_t thread_state, std::uintptr_t sp)
        : thread_state_(thread_state),
          stack_begin_(sp > state.bounds.low ? sp : state.bounds.low),
          stack_end_(state.bounds.high) {
        if (g_layout.thread_chunk != 0) chunk_ = chunk_at(field<std::uintptr_t>(thread_state, g_layout.thread_chunk));
    }

    /// Where the frame's fields can be read; 0 when it is not there.
    std::uintptr_t find(std::uintptr_t frame) {
        if (!can_be_structure(frame)) return 0;
        return is_there(frame) ? frame : find_elsewhere(frame);
    }

  private:
    bool is_there(std::uintptr_t frame) {
        return is_within(frame, stack_begin_, stack_end_) || is_on_data_stack(frame) ||
               is_within(frame, thread_state_, thread_state_ + g_layout.thread_state_size);
    }
    static bool is_within(std::uintptr_t frame, std::uintptr_t begin, std::uintptr_t end) {
        return frame >= begin && frame < end && end - frame >= g_layout.frame_locals;
    }
    /// Frames fill one piece after the other: the next is in the same or in the one before.
    bool is_on_data_stack(std::uintptr_t frame) {
        if (chunk_.contains(frame)) return true;
        if (before_.address != chunk_.previous) before_ = chunk_at(chunk_.previous);
        if (!before_.contains(frame)) return false;
        chunk_ = before_;
        return true;
    }
    /// A generator's frame is part of it. What calls itself a frame of the data stack, and is not there, is one that is
    /// gone: a function that makes a generator gives its frame back (RETURN_GENERATOR), at times with the piece of the
    /// data stack it lay in, before the thread state names another.
    std::uintptr_t find_elsewhere(std::uintptr_t frame) {
        const std::size_t bytes = g_layout.frame_locals < sizeof(copy_) ? g_layout.frame_locals : sizeof(copy_);
        if (!copy(frame, copy_, bytes)) return 0;
        const auto at = reinterpret_cast<std::uintptr_t>(copy_);
        const bool is_gone = g_layout.thread_chunk != 0 && field<char>(at, g_layout.frame_owner) == kThreadOwner;
        return is_gone ? 0 : at;
    }

    std::uintptr_t thread_state_, stack_begin_, stack_end_;
    Chunk chunk_, before_;
    alignas(8) std::byte copy_[kMostFrameBytes];
};

/// What a frame is, `at` where it can be read; false for one that runs no code.
bool read_frame(std::uintptr_t frame, std::uintptr_t at, PythonFrame& out) {
    if (field<char>(at, g_layout.frame_owner) >= kFirstShimOwner) {
        out = {0, frame, 0};
        return true;
    }
    const std::uintptr_t code = field<std::uintptr_t>(at, g_layout.frame_executable) & ~kReferenceTag;
    if (!can_be_structure(code)) return false;
    const std::int32_t copy =
        g_layout.frame_bytecode_index != 0 ? field<std::int32_t>(at, g_layout.frame_bytecode_index) : 0;
    out = {code, field<std::uintptr_t>(at, g_layout.frame_instruction), copy};
    return true;
}

}  // namespace

std::size_t walk_python(ThreadState& state, std::uintptr_t thread_state, std::uintptr_t sp, bool& truncated) {
    Frames frames(state, thread_state, sp);
    auto frame = field<std::uintptr_t>(thread_state, g_layout.thread_frame);
    std::size_t count = 0;
    for (std::size_t seen = 0; frame != 0 && seen < kMaxPythonFrames; ++seen) {
        const std::uintptr_t at = frames.find(frame);
        if (at == 0) break;
        if (read_frame(frame, at, state.python[count])) ++count;
        frame = field<std::uintptr_t>(at, g_layout.frame_previous);
        if (seen + 1 == kMaxPythonFrames && frame != 0 && count > kKeptFrames) count = kKeptFrames;
    }
    truncated = frame != 0;
    return count;
}

}  // namespace ftscale::probe

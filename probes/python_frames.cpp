// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "python_frames.h"

#include <cstring>
#include <iterator>

#include "globals.h"
#include "object_field.h"
#include "safe_read.h"

namespace ftscale::probe {
namespace {

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

/// The piece of the data stack at `address`, which the interpreter gives back only when it points to it no more: it has
/// to be asked for once.
Chunk chunk_at(FrameMemory& memory, std::uintptr_t address) {
    constexpr std::size_t kMost = std::size_t{1} << 30, kLeastBytes = 16384;
    std::uintptr_t& known = memory.chunks[address / kLeastBytes % std::size(memory.chunks)];
    std::uintptr_t header[2] = {};
    static_assert(kChunkPreviousOffset == 0 && kChunkBytesOffset == sizeof(header[0]));
    if (address == 0) return {};
    if (known == address)
        std::memcpy(header, reinterpret_cast<const void*>(address), sizeof(header));
    else if (!copy(address, header, sizeof(header)))
        return {};
    if (header[1] > kMost) return {};
    known = address;
    return {address, header[0], header[1]};
}

constexpr std::uintptr_t kLeastPage = 4096;
std::uintptr_t page_of(std::uintptr_t address) { return address & ~(kLeastPage - 1); }

/// Whether frames outside of the stacks are there: asked anew for each walk, of all pages at once that earlier walks
/// have led to, as one question costs as much as the rest of a sample.
class Pages {
  public:
    explicit Pages(FrameMemory& memory) : memory_(memory) {}

    bool hold(std::uintptr_t address, std::size_t bytes) {
        if (!asked_) ask_for_known();
        return holds(page_of(address)) && holds(page_of(address + bytes - 1));
    }

  private:
    void ask_for_known() {
        asked_ = true;
        Piece pieces[FrameMemory::kPages];
        static_assert(FrameMemory::kPages <= kMostPieces);
        std::size_t count = 0;
        for (; count < FrameMemory::kPages && memory_.pages[count] != 0; ++count)
            pieces[count] = {memory_.pages[count], &seen_, 1};
        if (count == 0) return;
        const bool may_ask = safe_read_pieces(pieces, count);
        memory_.next_page = 0;
        std::memset(memory_.pages, 0, sizeof(memory_.pages));
        for (std::size_t i = 0; i < count; ++i)
            if (pieces[i].ok || !may_ask) add(pieces[i].address);
    }
    void add(std::uintptr_t page) {
        const std::size_t slot = memory_.next_page++ % FrameMemory::kPages;
        memory_.pages[slot] = page;
    }
    bool holds(std::uintptr_t page) {
        for (const std::uintptr_t known : memory_.pages)
            if (known == page) return true;
        Piece piece{page, &seen_, 1};
        if (safe_read_pieces(&piece, 1) && !piece.ok) return false;
        add(page);
        return true;
    }

    FrameMemory& memory_;
    bool asked_ = false;
    std::byte seen_;
};

class Frames {
  public:
    Frames(ThreadState& state, std::uintptr_t thread_state, std::uintptr_t sp)
        : memory_(state.frame_memory),
          pages_(state.frame_memory),
          thread_state_(thread_state),
          stack_begin_(sp > state.bounds.low ? sp : state.bounds.low),
          stack_end_(state.bounds.high) {
        if (g_layout.thread_chunk != 0)
            chunk_ = chunk_at(memory_, field<std::uintptr_t>(thread_state, g_layout.thread_chunk));
    }

    /// Whether the frame can be read.
    bool hold(std::uintptr_t frame) { return can_be_structure(frame) && (is_there(frame) || is_elsewhere(frame)); }

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
        if (before_.address != chunk_.previous) before_ = chunk_at(memory_, chunk_.previous);
        if (!before_.contains(frame)) return false;
        chunk_ = before_;
        return true;
    }
    /// A generator's frame is part of it. What calls itself a frame of the data stack, and is not there, is one that is
    /// gone: a function that makes a generator gives its frame back (RETURN_GENERATOR), at times with the piece of the
    /// data stack it lay in, before the thread state names another.
    bool is_elsewhere(std::uintptr_t frame) {
        return pages_.hold(frame, g_layout.frame_locals) &&
               (g_layout.thread_chunk == 0 || field<char>(frame, g_layout.frame_owner) != kThreadOwner);
    }

    FrameMemory& memory_;
    Pages pages_;
    std::uintptr_t thread_state_, stack_begin_, stack_end_;
    Chunk chunk_, before_;
};

/// False for a frame that runs no code.
bool read_frame(std::uintptr_t frame, PythonFrame& out) {
    if (field<char>(frame, g_layout.frame_owner) >= kFirstShimOwner) {
        out = {0, frame, 0};
        return true;
    }
    const std::uintptr_t code = field<std::uintptr_t>(frame, g_layout.frame_executable) & ~kReferenceTag;
    if (!can_be_structure(code)) return false;
    const std::int32_t copy =
        g_layout.frame_bytecode_index != 0 ? field<std::int32_t>(frame, g_layout.frame_bytecode_index) : 0;
    out = {code, field<std::uintptr_t>(frame, g_layout.frame_instruction), copy};
    return true;
}

}  // namespace

std::size_t walk_python(ThreadState& state, std::uintptr_t thread_state, std::uintptr_t sp, bool& truncated) {
    Frames frames(state, thread_state, sp);
    auto frame = field<std::uintptr_t>(thread_state, g_layout.thread_frame);
    std::size_t count = 0;
    for (std::size_t seen = 0; frame != 0 && seen < kMaxPythonFrames; ++seen) {
        if (!frames.hold(frame)) break;
        if (read_frame(frame, state.python[count])) ++count;
        frame = field<std::uintptr_t>(frame, g_layout.frame_previous);
        if (seen + 1 == kMaxPythonFrames && frame != 0 && count > kKeptFrames) count = kKeptFrames;
    }
    truncated = frame != 0;
    return count;
}

}  // namespace ftscale::probe

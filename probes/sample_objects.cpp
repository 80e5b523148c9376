// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "sample_objects.h"

#include <cstring>

#include "globals.h"
#include "object_field.h"
#include "object_names.h"
#include "safe_read.h"

namespace ftscale::probe {
namespace {

constexpr std::uintptr_t kObjectAlignment = 16;
constexpr std::uintptr_t kSharedReferencesOffset = 16;  // ob_ref_shared
constexpr std::uintptr_t kLowest = 1 << 16;
// A register that holds &ob_ref_shared looks like one that holds an object: both headers are read at once.
constexpr std::size_t kReadBytes = kSharedReferencesOffset + kHeaderBytes;
constexpr std::size_t kMostCandidates = 8;
static_assert(kMostCandidates <= kMostPieces);

/// The object a register points to, if it points to one's header or its mutex; 0 for what certainly is none.
std::uintptr_t header_candidate(const ThreadState& state, std::uintptr_t value) {
    if (value % kObjectAlignment == kObjectMutexOffset) value -= kObjectMutexOffset;
    const bool possible = value % kObjectAlignment == 0 && value >= kLowest && value < kAddressEnd &&
                          !(value >= state.bounds.low && value < state.bounds.high) && !g_python_image.contains(value);
    return possible ? value : 0;
}

/// Different candidates, as many as are looked at.
class Candidates {
  public:
    void add(std::uintptr_t address) {
        if (address == 0 || count_ == kMostCandidates) return;
        for (std::size_t i = 0; i < count_; ++i)
            if (addresses_[i] == address) return;
        addresses_[count_++] = address;
    }
    std::size_t count() const { return count_; }
    std::uintptr_t operator[](std::size_t i) const { return addresses_[i]; }

  private:
    std::uintptr_t addresses_[kMostCandidates];
    std::size_t count_ = 0;
};

void add_if_object(ThreadState& state, std::uintptr_t address, const std::byte* header, SampleObjects& out) {
    const auto at = reinterpret_cast<std::uintptr_t>(header);
    if (out.count == format::kMostSampleObjects || field<std::uint32_t>(at, kLocalReferencesOffset) == kImmortal)
        return;
    const auto type = field<std::uintptr_t>(at, g_layout.object_type);
    if (type < kLowest || type >= kAddressEnd || type % 8 != 0) return;
    for (std::size_t i = 0; i < out.count; ++i)
        if (out.objects[i].address == address) return;
    const TypeKind kind = kind_of_type(state, type);
    if (kind == TypeKind::NotAType) return;
    name_object(state, address, type, kind);
    out.objects[out.count++] = {address, type, field<std::uintptr_t>(at, kOwnerOffset)};
}

}  // namespace

void find_objects(ThreadState& state, const std::uint64_t (&registers)[kRegisterCount], SampleObjects& out) {
    Candidates candidates;
    for (const std::uint64_t value : registers) candidates.add(header_candidate(state, value));
    if (candidates.count() == 0) return;
    std::byte memory[kMostCandidates][kReadBytes];
    Piece pieces[kMostCandidates];
    for (std::size_t i = 0; i < candidates.count(); ++i)
        pieces[i] = {candidates[i] - kSharedReferencesOffset, memory[i], kReadBytes, false};
    if (!safe_read_pieces(pieces, candidates.count())) return state.drop(format::DropReason::Objects);
    for (std::size_t i = 0; i < candidates.count(); ++i) {
        if (!pieces[i].ok) continue;
        add_if_object(state, candidates[i], memory[i] + kSharedReferencesOffset, out);
        add_if_object(state, candidates[i] - kSharedReferencesOffset, memory[i], out);
    }
}

}  // namespace ftscale::probe

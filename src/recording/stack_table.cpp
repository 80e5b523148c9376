// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/recording.h"

#include <utility>

namespace ftscale::recording {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 32);
}

}  // namespace

StackTable::StackTable() : nodes_(1), slots_(1024) {}

std::size_t StackTable::FrameHash::operator()(const Frame& frame) const noexcept {
    if (frame.python) return mix(mix(1, static_cast<std::uint64_t>(frame.code)), frame.instruction_offset);
    return mix(mix(2, static_cast<std::uint64_t>(frame.module)), frame.address);
}

FrameId StackTable::intern_frame(const Frame& frame) {
    const auto [entry, is_new] = frame_ids_.try_emplace(frame, static_cast<FrameId>(frames_.size()));
    if (is_new) frames_.push_back(frame);
    return entry->second;
}

StackTable::Slot& StackTable::slot_of(std::uint64_t key) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = mix(0, key) & mask;
    while (slots_[at].id != StackId::Empty && slots_[at].key != key) at = (at + 1) & mask;
    return slots_[at];
}

void StackTable::double_slots() {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
    for (const Slot& slot : old) {
        if (slot.id != StackId::Empty) slot_of(slot.key) = slot;
    }
}

StackId StackTable::intern_stack(StackId parent, FrameId frame) {
    const std::uint64_t key = static_cast<std::uint64_t>(parent) << 32 | static_cast<std::uint64_t>(frame);
    Slot& slot = slot_of(key);
    if (slot.id != StackId::Empty) return slot.id;
    const auto id = static_cast<StackId>(nodes_.size());
    nodes_.push_back({parent, frame});
    slot = {key, id};
    if (nodes_.size() * 2 > slots_.size()) double_slots();
    return id;
}

std::vector<FrameId> StackTable::frames_of(StackId id) const {
    std::vector<FrameId> frames;
    for (; id != StackId::Empty; id = node(id).parent) frames.push_back(node(id).frame);
    return frames;
}

}  // namespace ftscale::recording

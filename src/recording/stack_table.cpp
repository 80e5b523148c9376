// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/recording.h"

namespace ftscale::recording {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 32);
}

}  // namespace

StackTable::StackTable() { nodes_.push_back({}); }

std::size_t StackTable::FrameHash::operator()(const Frame& frame) const noexcept {
    if (frame.python) return mix(mix(1, static_cast<std::uint64_t>(frame.code)), frame.instruction_offset);
    return mix(mix(2, static_cast<std::uint64_t>(frame.module)), frame.address);
}

FrameId StackTable::intern_frame(const Frame& frame) {
    const auto [entry, is_new] = frame_ids_.try_emplace(frame, static_cast<FrameId>(frames_.size()));
    if (is_new) frames_.push_back(frame);
    return entry->second;
}

StackId StackTable::intern_stack(StackId parent, FrameId frame) {
    const std::uint64_t key = static_cast<std::uint64_t>(parent) << 32 | static_cast<std::uint64_t>(frame);
    const auto [entry, is_new] = stack_ids_.try_emplace(key, static_cast<StackId>(nodes_.size()));
    if (is_new) nodes_.push_back({parent, frame});
    return entry->second;
}

std::vector<FrameId> StackTable::frames_of(StackId id) const {
    std::vector<FrameId> frames;
    for (; id != StackId::Empty; id = node(id).parent) frames.push_back(node(id).frame);
    return frames;
}

}  // namespace ftscale::recording

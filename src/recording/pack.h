// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>

#include "recording/manifest.h"

namespace ftscale::recording {

/// What becomes of the streams.
enum class PackedStreams {
    Keep,
    /// Each is removed as soon as it is on the disk in the packed file: room for both is not needed. Should writing
    /// fail then, the output holds the streams that were removed, and reads as one that was cut off.
    Remove,
};

/// Makes the recording file `output` from the streams a sweep left under `folder`: those of run R lie in
/// run-<R>/process-<pid>.stream. Adds the build ids of the files the streams mention. Throws base::Error when it cannot
/// be written; then `output` is as it was, unless streams were removed.
void pack(const Manifest& manifest, const std::filesystem::path& folder, const std::filesystem::path& output,
          PackedStreams packed = PackedStreams::Keep);

/// What the streams under `folder` take on the disk now.
std::uint64_t stream_bytes(const std::filesystem::path& folder);

}  // namespace ftscale::recording

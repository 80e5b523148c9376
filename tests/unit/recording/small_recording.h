// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A recording with a little of everything, for the tests that pack, load, print and break it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "recording/manifest.h"
#include "recording/recording.h"
#include "support/stream_builder.h"

namespace ftscale::tests {

/// Every field differs from its default and from its neighbours.
recording::Manifest full_manifest();

/// Runs 1 (1 thread) and 2 (2 threads) of a script, every record type in it. Process 41 and process 42.
recording::Manifest small_manifest();
StreamBuilder small_stream(int run);

/// `folder` as a sweep leaves it before it is packed: manifest.json, run-1/process-41.stream, run-2/process-42.stream.
void write_small_folder(const std::filesystem::path& folder);
/// The same, packed.
void pack_small_recording(const std::filesystem::path& output);

/// Number of records that made it into a recording, of all kinds.
std::size_t count_events(const recording::Recording& recording);

}  // namespace ftscale::tests

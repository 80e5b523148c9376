// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "recording/recording.h"
#include "recording/stream_reader.h"
#include "recording/trace_builder.h"

namespace ftscale::recording {

/// Reads a recording file, or the folder a sweep that was killed has left (`<output>.partial`). Throws base::Error when
/// it is neither. Damage behind the manifest is no error: what can be read is kept, `truncated` is set, and a warning
/// says what is missing.
Recording load(const std::filesystem::path& path);

/// Only what the recording says about itself.
Manifest load_manifest(const std::filesystem::path& path);

/// Whether `load` would take it for a recording, by its first bytes.
bool is_recording(const std::filesystem::path& path);

/// One process's stream.
struct StreamSource {
    int run = 0;
    std::uint32_t pid = 0;
    std::uint32_t number = 1;  // of the run's streams of that process id
    std::string name;          // for messages
    ByteSource& bytes;
};

/// What load() is made of, for others who read streams themselves: the manifest first, then each stream, then whether
/// all was there.
struct SourceReader {
    std::function<void(const Manifest&)> on_manifest;
    std::function<void(const StreamSource&)> on_stream;
    std::function<void(const std::string&)> on_warning;
};
/// Returns false when the recording is truncated or damaged.
bool read_sources(const std::filesystem::path& path, const SourceReader& reader);

/// Makes a Recording of a manifest and streams, wherever they come from.
class Loader {
  public:
    /// Keeps a reference; the manifest has to be there before the first stream.
    explicit Loader(Recording& recording);
    void add_stream(const StreamSource& source);
    void add_warning(const std::string& warning, bool is_loss);
    void finish();

  private:
    Recording& recording_;
    SharedTables tables_;
};

}  // namespace ftscale::recording

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "launch/private_folder.h"
#include "recording/manifest.h"

namespace ftscale::launch {

/// The folder `<output>.partial` in which a sweep collects what its runs leave: manifest.json and run-<id>/, packed
/// into the output at the end. If we are killed before, the folder stays and can be read like a recording.
class PartialRecording {
  public:
    /// Finds out that the output cannot be written before any time is spent on it. An older recording's folder, the
    /// only copy of what is in it, is packed first, under a name of its own; a file that is no recording is not
    /// touched. Throws base::Error.
    explicit PartialRecording(std::filesystem::path output);
    ~PartialRecording();
    PartialRecording(const PartialRecording&) = delete;
    PartialRecording& operator=(const PartialRecording&) = delete;

    /// Makes the folder for a run's streams, with the file by which its processes share their allowance (0: no bound);
    /// its absolute path.
    std::filesystem::path make_run_folder(int id, std::uint64_t allowance) const;
    /// Replaces manifest.json at once: a reader sees the old or the new one.
    void save(const recording::Manifest& manifest);
    /// Writes the output and removes the folder; where there is little room, piece by piece. When this throws what is
    /// not in the output stays in the folder.
    void pack(const recording::Manifest& manifest);

    /// What the streams take until now, and what room there is for more; as much as can be where nobody says.
    std::uint64_t used_bytes() const;
    std::uint64_t free_bytes() const;

  private:
    void lock();
    void keep_unfinished();
    std::string hint_to_what_is_kept() const;

    std::filesystem::path output_;
    PrivateFolder folder_;     // locked
    bool is_started_ = false;  // something worth keeping was saved
};

}  // namespace ftscale::launch

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "base/fd.h"
#include "recording/manifest.h"

namespace ftscale::launch {

/// The folder `<output>.partial` in which a sweep collects what its runs leave: manifest.json and run-<id>/, packed
/// into the output at the end. If we are killed before, the folder stays and can be read like a recording.
class PartialRecording {
  public:
    /// Finds out that the output cannot be written before any time is spent on it. Replaces an older recording's
    /// folder; a file that is no recording is not touched. Throws base::Error.
    explicit PartialRecording(std::filesystem::path output);
    ~PartialRecording();
    PartialRecording(const PartialRecording&) = delete;
    PartialRecording& operator=(const PartialRecording&) = delete;

    const std::filesystem::path& folder() const { return folder_; }
    /// Makes the folder for a run's streams; its absolute path.
    std::filesystem::path make_run_folder(int id) const;
    /// Replaces manifest.json at once: a reader sees the old or the new one.
    void save(const recording::Manifest& manifest);
    /// Writes the output and removes the folder. When this throws the folder stays.
    void pack(const recording::Manifest& manifest);

  private:
    void make_folder();
    void lock();

    std::filesystem::path output_;
    std::filesystem::path folder_;
    base::Fd lock_;            // held on the folder
    bool is_started_ = false;  // something worth keeping was saved
};

}  // namespace ftscale::launch

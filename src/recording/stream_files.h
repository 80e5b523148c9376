// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "recording/stream_reader.h"

namespace ftscale::recording {

/// A stream file of an unpacked recording.
struct StreamFile {
    int run = 0;
    std::uint32_t pid = 0;
    std::uint32_t number = 1;  // 2, 3, ...: further ones of the same process, or of a later one that got its id
    std::filesystem::path path;
};

/// All streams under a sweep's folder, by run, process id and number. Symbolic links are none of them.
std::vector<StreamFile> find_stream_files(const std::filesystem::path& folder);

/// A file's bytes from its begin on.
class FileSource : public ByteSource {
  public:
    /// Throws base::Error when it cannot be read.
    explicit FileSource(const std::filesystem::path& path);
    std::size_t read(std::span<std::byte> room) override;

  private:
    base::Fd fd_;
};

/// A small file whole.
std::string read_text(const std::filesystem::path& path);

}  // namespace ftscale::recording

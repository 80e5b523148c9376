// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

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

/// A file's bytes, read where they are looked at.
class MappedFile {
  public:
    /// Throws base::Error when it cannot be read.
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return {data_, size_}; }

  private:
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace ftscale::recording

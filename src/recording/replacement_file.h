// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/fd.h"

namespace ftscale::recording {

/// A file that takes the place of another when it is complete, not before. Until then it lies beside it under a name
/// nobody can foretell, and is made by us or not at all: a link that waits there is not followed. Methods throw
/// base::Error naming the path.
class ReplacementFile {
  public:
    /// Its owner alone may read it: recordings have command lines and paths.
    explicit ReplacementFile(std::filesystem::path output);
    /// What was not put in place is removed.
    ~ReplacementFile();
    ReplacementFile(const ReplacementFile&) = delete;
    ReplacementFile& operator=(const ReplacementFile&) = delete;

    std::uint64_t size() const { return size_; }
    void append(std::span<const std::byte> bytes);
    void overwrite(std::uint64_t offset, std::span<const std::byte> bytes);
    void cut(std::uint64_t size);
    /// Puts it in place: on the disk first, then under its name, so that no crash leaves half of it there.
    void put_in_place();
    /// Has the disk take what was written until now.
    void sync();

  private:
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes);

    std::filesystem::path output_, temporary_;
    base::Fd fd_;
    std::uint64_t size_ = 0;
};

}  // namespace ftscale::recording

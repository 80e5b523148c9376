// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "base/fd.h"

namespace ftscale::fuzz {

/// A regular file in memory, with a path, for readers that open files themselves. One for the whole program: making one
/// takes longer than most inputs do.
class MemoryFile {
  public:
    MemoryFile() : fd_(memfd_create("input", MFD_CLOEXEC)) {
        if (!fd_.is_open()) std::abort();
    }
    void fill(std::span<const std::uint8_t> bytes) const {
        if (ftruncate(fd_.get(), 0) != 0 ||
            pwrite(fd_.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
            std::abort();
    }
    std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }

  private:
    base::Fd fd_;
};

}  // namespace ftscale::fuzz

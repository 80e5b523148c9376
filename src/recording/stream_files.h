// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace ftscale::recording {

/// A stream file of an unpacked recording.
struct StreamFile {
    int run = 0;
    std::uint32_t pid = 0;
    std::filesystem::path path;
};

/// All streams under a sweep's folder, by run and then by process id.
std::vector<StreamFile> find_stream_files(const std::filesystem::path& folder);

/// The whole file. Throws base::Error when it cannot be read.
std::vector<std::byte> read_bytes(const std::filesystem::path& path);

}  // namespace ftscale::recording

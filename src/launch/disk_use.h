// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// How much of the disk a sweep may take: the bound that the user sets, shared out among the runs, and the room there
// is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace ftscale::launch {

inline constexpr std::uint64_t kKiB = 1024, kMiB = 1024 * kKiB, kGiB = 1024 * kMiB;

/// With less free than this nothing is begun.
inline constexpr std::uint64_t kLeastFree = 16 * kMiB;
/// A run gets no less than this for each of its threads, whatever is left: enough for a thread's first chunks.
inline constexpr std::uint64_t kLeastPerThread = kMiB;

/// "500M", "2G", "1.5g", "64KiB", "1000000" -> bytes. Throws base::Error (usage).
std::uint64_t parse_size(const std::string& text);

/// "1.5 GiB", "16 MiB", "900 bytes".
std::string describe_size(std::uint64_t bytes);

/// What of a sweep is still to come.
struct DiskShare {
    std::uint64_t max_bytes = 0;        // of all runs together; 0: no bound
    std::uint64_t used_bytes = 0;       // by the runs that were made
    std::uint64_t free_bytes = 0;       // on the disk
    std::uint64_t threads = 1;          // of the run that gets its share now
    std::uint64_t threads_to_come = 1;  // of all runs still to be made, this one included
};

/// The bytes that a run may take: its part, by threads, of what is left of the bound, and of the free space that leaves
/// kLeastFree. 0: no bound. Pure.
std::uint64_t run_allowance(const DiskShare& share);

/// What packed streams are expected to take, on the safe side. Pure.
std::uint64_t packed_estimate(std::uint64_t stream_bytes);

/// Before a sweep: throws base::Error with less than kLeastFree; else a warning where the bound and packing may want
/// more than there is, or nothing. Pure.
std::string check_room(std::uint64_t free_bytes, std::uint64_t max_bytes);

/// On the file system that holds `path`, for this user; nothing where it does not say.
std::optional<std::uint64_t> find_free_bytes(const std::filesystem::path& path);

}  // namespace ftscale::launch

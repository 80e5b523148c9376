// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The file a sweep leaves behind. One file, so that it can be sent; sections, so that a damaged or truncated one gives
// what stands before the damage; the manifest first, because without it nothing can be understood. All integers are
// little-endian.
//
//     file     := FileHeader section* end       end := a section of type End with no bytes
//     section  := SectionHeader stored bytes    stored: one zstd frame with checksum, `raw_bytes` long when unpacked
//
//     Manifest  JSON: what was swept, on what machine, with which interpreter, how each run ended
//     Stream    the chunks of one process (recording_format.h), cut to their committed bytes, without gaps: `size` is
//               sizeof(ChunkHeader) plus the bytes that follow, fewer than `committed` where the stream was cut short
//
// A reader skips sections of unknown type. Changed the layout? Raise kFileVersion, and describe it in
// man/ftscale-recording.5.
#pragma once

#include <cstdint>

namespace ftscale::format {

inline constexpr char kFileMagic[8] = {'f', 't', 's', 'c', 'a', 'l', 'e', '\n'};
inline constexpr std::uint32_t kFileVersion = 1;

struct FileHeader {
    char magic[8];
    std::uint32_t version;
    std::uint32_t reserved;
};
static_assert(sizeof(FileHeader) == 16);

enum class SectionType : std::uint32_t { End = 0, Manifest = 1, Stream = 2 };

struct SectionHeader {
    std::uint32_t type;
    std::uint32_t run;  // Stream: Run::id of the manifest
    std::uint32_t pid;  // Stream
    std::uint32_t reserved;
    std::uint64_t stored_bytes;
    std::uint64_t raw_bytes;
};
static_assert(sizeof(SectionHeader) == 32);

}  // namespace ftscale::format

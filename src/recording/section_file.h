// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The sections of a recording file (include/ftscale/recording_file.h), compressed and checked. Knows nothing of what is
// in them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ftscale/recording_file.h"
#include "recording/replacement_file.h"

namespace ftscale::recording {

/// Writes to a ReplacementFile, so that a full disk never leaves half a recording. Throws base::Error naming the path.
class SectionWriter {
  public:
    explicit SectionWriter(const std::filesystem::path& output);
    ~SectionWriter();
    SectionWriter(const SectionWriter&) = delete;
    SectionWriter& operator=(const SectionWriter&) = delete;

    /// A section, piece by piece: what a long run has recorded need not fit into memory.
    void begin_section(format::SectionType type, std::uint32_t run = 0, std::uint32_t pid = 0);
    void append(std::span<const std::byte> bytes);
    void end_section();
    /// Behind the last section; then the output is there.
    void finish();
    /// Instead, when no more can be written: the output is there with the sections that are complete, and reads as one
    /// that was cut off.
    void finish_early();
    /// Has the disk take the sections until now: they outlast a crash, in a file of another name.
    void sync() { file_.sync(); }

  private:
    struct Compressor;
    void compress(std::span<const std::byte> bytes, bool is_end);

    ReplacementFile file_;
    std::unique_ptr<Compressor> compressor_;
    format::SectionHeader header_{};
    std::uint64_t header_at_ = 0, complete_ = 0;
};

struct Section {
    format::SectionHeader header{};
    std::size_t offset = 0;  // of its header in the file
};

/// Reads sections one after the other, each unpacked as it is read; stops for good at the end mark or where the file
/// ends.
class SectionReader {
  public:
    /// Throws base::Error when the file cannot be read, is not a recording, or is of another version.
    explicit SectionReader(const std::filesystem::path& path);
    ~SectionReader();

    /// The next section, whatever of the one before was not read.
    std::optional<Section> next();
    /// The section's next bytes, unpacked: fewer than fit only at its end, or where it is damaged.
    std::size_t read(std::span<std::byte> room);
    /// Reads the section's rest, for what it says of the whole.
    void read_rest();
    /// How much of the section could be read until now, and whether that is less than there should be.
    std::uint64_t read_bytes() const { return read_bytes_; }
    bool is_damaged() const { return damaged_; }
    /// The file ended before its end mark.
    bool is_truncated() const { return truncated_; }

  private:
    struct Unpacker;
    bool refill();
    void end_of_section(bool whole);

    std::ifstream file_;
    std::unique_ptr<Unpacker> unpacker_;
    format::SectionHeader header_{};  // of the section at hand
    std::uint64_t size_ = 0, at_ = 0;
    std::uint64_t packed_left_ = 0;  // of the section, still in the file
    std::uint64_t read_bytes_ = 0, most_bytes_ = 0;
    bool ended_ = false, truncated_ = false;
    bool section_ended_ = true, damaged_ = false;
};

/// What unpacks to more than this is damaged, or made to exhaust memory. Records hold times and addresses: they shrink
/// to a tenth, hardly to a thirtieth. zstd itself packs up to 1 to 32,768.
constexpr std::uint64_t most_unpacked(std::uint64_t packed_bytes) {
    constexpr std::uint64_t kAlways = std::uint64_t{64} << 20, kRatio = 256;
    return kAlways + kRatio * packed_bytes;
}

/// True when the file begins as a recording does; false also when it cannot be read.
bool has_recording_magic(const std::filesystem::path& path);

}  // namespace ftscale::recording

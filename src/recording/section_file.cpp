// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/section_file.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/error.h"

namespace ftscale::recording {
namespace {

constexpr int kCompressionLevel = 3;
constexpr const char* kNameRecording = "name a recording made by 'ftscale run'";
/// A damaged header must not make us ask for all the memory there is.
constexpr std::size_t kUnpackStep = std::size_t{4} << 20;
constexpr std::size_t kUsualRatio = 16;

/// As much as can be had; `damaged` says whether that is all.
std::vector<std::byte> decompress(std::span<const std::byte> packed, std::uint64_t expected, bool& damaged) {
    const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(), &ZSTD_freeDStream);
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    std::vector<std::byte> bytes;
    bytes.reserve(std::min<std::uint64_t>(expected, packed.size() * kUsualRatio));
    std::size_t state = 1, used = 0;
    while (state != 0) {
        bytes.resize(used + std::min<std::uint64_t>(
                                kUnpackStep, std::max<std::uint64_t>(expected > used ? expected - used : 1, 4096)));
        ZSTD_outBuffer out{bytes.data() + used, bytes.size() - used, 0};
        const std::size_t in_before = in.pos;
        state = ZSTD_decompressStream(stream.get(), &out, &in);
        used += out.pos;
        if (ZSTD_isError(state) != 0 || used > expected || (out.pos == 0 && in.pos == in_before)) break;
    }
    bytes.resize(std::min<std::uint64_t>(used, expected));
    damaged = state != 0 || used != expected;
    return bytes;
}

std::string system_error() { return std::strerror(errno); }

}  // namespace

struct SectionWriter::Compressor {
    std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context{ZSTD_createCCtx(), &ZSTD_freeCCtx};
    std::vector<std::byte> out = std::vector<std::byte>(ZSTD_CStreamOutSize());
};

SectionWriter::SectionWriter(const std::filesystem::path& output)
    : file_(output), compressor_(std::make_unique<Compressor>()) {
    ZSTD_CCtx_setParameter(compressor_->context.get(), ZSTD_c_compressionLevel, kCompressionLevel);
    ZSTD_CCtx_setParameter(compressor_->context.get(), ZSTD_c_checksumFlag, 1);
    format::FileHeader header{};
    std::memcpy(header.magic, format::kFileMagic, sizeof(header.magic));
    header.version = format::kFileVersion;
    file_.append(std::as_bytes(std::span(&header, 1)));
    complete_ = file_.size();
}

SectionWriter::~SectionWriter() = default;

void SectionWriter::begin_section(format::SectionType type, std::uint32_t run, std::uint32_t pid) {
    header_ = {static_cast<std::uint32_t>(type), run, pid, 0, 0, 0};
    header_at_ = file_.size();
    file_.append(std::as_bytes(std::span(&header_, 1)));  // sizes follow
}

void SectionWriter::append(std::span<const std::byte> bytes) {
    header_.raw_bytes += bytes.size();
    compress(bytes, false);
}

void SectionWriter::compress(std::span<const std::byte> bytes, bool is_end) {
    std::vector<std::byte>& out = compressor_->out;
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (std::size_t more = 1; more != 0 && (is_end || in.pos < in.size);) {
        ZSTD_outBuffer piece{out.data(), out.size(), 0};
        more = ZSTD_compressStream2(compressor_->context.get(), &piece, &in, is_end ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(more) != 0)
            throw base::Error(fmt::format("cannot compress the recording: {}", ZSTD_getErrorName(more)));
        if (!is_end) more = 1;
        file_.append(std::span(out).first(piece.pos));
        header_.stored_bytes += piece.pos;
    }
}

void SectionWriter::end_section() {
    compress({}, true);
    file_.overwrite(header_at_, std::as_bytes(std::span(&header_, 1)));
    complete_ = file_.size();
}

void SectionWriter::finish() {
    const format::SectionHeader end{};
    file_.append(std::as_bytes(std::span(&end, 1)));
    file_.put_in_place();
}

void SectionWriter::finish_early() {
    file_.cut(complete_);
    file_.put_in_place();
}

bool has_recording_magic(const std::filesystem::path& path) {
    std::error_code failed;
    if (!std::filesystem::is_regular_file(path, failed)) return false;  // a pipe would be emptied
    std::ifstream file(path, std::ios::binary);
    char magic[sizeof(format::kFileMagic)] = {};
    return file.read(magic, sizeof(magic)) && std::memcmp(magic, format::kFileMagic, sizeof(magic)) == 0;
}

SectionReader::SectionReader(const std::filesystem::path& path) {
    const std::string name = path.string();
    std::error_code failed;
    const auto type = std::filesystem::status(path, failed).type();
    if (type == std::filesystem::file_type::not_found)
        throw base::Error(fmt::format("'{}' does not exist", name), kNameRecording);
    // A pipe or a device cannot be measured, and might never end.
    if (type != std::filesystem::file_type::regular && type != std::filesystem::file_type::none) {
        throw base::Error(fmt::format("'{}' is not a file", name), kNameRecording);
    }
    file_.open(path, std::ios::binary);
    if (!file_) throw base::Error(fmt::format("cannot read '{}': {}", name, system_error()), "check its permissions");
    file_.seekg(0, std::ios::end);
    size_ = static_cast<std::uint64_t>(file_.tellg());
    file_.seekg(0);
    format::FileHeader header{};
    if (size_ == 0) throw base::Error(fmt::format("'{}' is empty: not an ftscale recording", name), kNameRecording);
    if (!has_recording_magic(path))
        throw base::Error(fmt::format("'{}' is not an ftscale recording", name), kNameRecording);
    if (!file_.read(reinterpret_cast<char*>(&header), sizeof(header)))
        throw base::Error(fmt::format("'{}' is cut off within its header ({} bytes)", name, size_), "record again");
    if (header.version != format::kFileVersion) {
        throw base::Error(fmt::format("'{}' has format version {}, this ftscale reads version {}", name, header.version,
                                      format::kFileVersion),
                          "use the ftscale that recorded it, or record again");
    }
    at_ = sizeof(header);
}

std::optional<Section> SectionReader::next() {
    if (ended_) return std::nullopt;
    Section section;
    section.offset = at_;
    if (size_ - at_ < sizeof(section.header)) {
        ended_ = truncated_ = true;
        return std::nullopt;
    }
    file_.read(reinterpret_cast<char*>(&section.header), sizeof(section.header));
    at_ += sizeof(section.header);
    if (section.header.type == static_cast<std::uint32_t>(format::SectionType::End)) {
        ended_ = true;
        truncated_ = section.header.stored_bytes != 0;  // not an end mark, but one made of something else by damage
        return std::nullopt;
    }
    const std::uint64_t there = std::min<std::uint64_t>(section.header.stored_bytes, size_ - at_);
    ended_ = truncated_ = there < section.header.stored_bytes;
    std::vector<std::byte> packed(there);
    file_.read(reinterpret_cast<char*>(packed.data()), static_cast<std::streamsize>(there));
    at_ += there;
    section.bytes = decompress(packed, section.header.raw_bytes, section.is_damaged);
    return section;
}

}  // namespace ftscale::recording

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

struct SectionReader::Unpacker {
    std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream{ZSTD_createDStream(), &ZSTD_freeDStream};
    std::vector<std::byte> packed = std::vector<std::byte>(ZSTD_DStreamInSize());
    ZSTD_inBuffer in{};

    void begin() {
        ZSTD_initDStream(stream.get());
        in = {};
    }
};

SectionReader::~SectionReader() = default;

SectionReader::SectionReader(const std::filesystem::path& path) : unpacker_(std::make_unique<Unpacker>()) {
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
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(at_));
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
    header_ = section.header;
    packed_left_ = std::min<std::uint64_t>(header_.stored_bytes, size_ - at_);
    ended_ = truncated_ = packed_left_ < header_.stored_bytes;
    at_ += packed_left_;
    read_bytes_ = 0;
    most_bytes_ = most_unpacked(packed_left_);
    section_ended_ = damaged_ = false;
    unpacker_->begin();
    return section;
}

/// Takes more of the packed section from the file; false where there is no more.
bool SectionReader::refill() {
    std::vector<std::byte>& packed = unpacker_->packed;
    const std::uint64_t count = std::min<std::uint64_t>(packed.size(), packed_left_);
    file_.read(reinterpret_cast<char*>(packed.data()), static_cast<std::streamsize>(count));
    packed_left_ -= count;
    unpacker_->in = {packed.data(), static_cast<std::size_t>(count), 0};
    return count != 0;
}

void SectionReader::end_of_section(bool whole) {
    section_ended_ = true;
    damaged_ = !whole || read_bytes_ != header_.raw_bytes;
}

std::size_t SectionReader::read(std::span<std::byte> room) {
    const std::uint64_t left = header_.raw_bytes - read_bytes_;
    if (left > 0 && read_bytes_ >= most_bytes_ && !section_ended_) end_of_section(false);
    ZSTD_outBuffer out{room.data(), std::min<std::uint64_t>({room.size(), left, most_bytes_ - read_bytes_}), 0};
    while (!section_ended_ && out.pos < out.size) {
        if (unpacker_->in.pos == unpacker_->in.size && !refill()) {
            read_bytes_ += out.pos;
            end_of_section(false);
            return out.pos;
        }
        const std::size_t state = ZSTD_decompressStream(unpacker_->stream.get(), &out, &unpacker_->in);
        if (ZSTD_isError(state) == 0 && state != 0) continue;
        read_bytes_ += out.pos;
        end_of_section(state == 0);
        return out.pos;
    }
    read_bytes_ += out.pos;
    return out.pos;
}

/// Where all bytes were had, the checksum behind them is still to be read, and nothing more may come.
void SectionReader::read_rest() {
    std::vector<std::byte> room(std::size_t{64} << 10);
    while (!section_ended_ && read_bytes_ < header_.raw_bytes) read(room);
    while (!section_ended_) {
        ZSTD_outBuffer out{room.data(), 1, 0};
        if (unpacker_->in.pos == unpacker_->in.size && !refill()) return end_of_section(false);
        const std::size_t state = ZSTD_decompressStream(unpacker_->stream.get(), &out, &unpacker_->in);
        if (ZSTD_isError(state) != 0 || out.pos != 0) return end_of_section(false);
        if (state == 0) return end_of_section(true);
    }
}

}  // namespace ftscale::recording

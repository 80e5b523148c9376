// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/pack.h"

#include <sys/stat.h>

#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "recording/build_id.h"
#include "recording/section_file.h"
#include "recording/stream_files.h"
#include "recording/stream_reader.h"

namespace ftscale::recording {
namespace {

/// The chunks of a live stream, cut to what is committed.
void write_tightly(const std::filesystem::path& stream, SectionWriter& writer) {
    std::vector<std::string> ignored;  // `committed` stays what it was: the reader will say it again
    FileSource source(stream);
    ChunkReader chunks(source);
    while (const auto chunk = chunks.next(ignored)) {
        format::ChunkHeader header = chunk->header;
        header.size = sizeof(header) + chunk->records.size();
        writer.append(std::as_bytes(std::span(&header, 1)));
        writer.append(chunk->records);
    }
}

/// The ELF objects a stream mentions.
class PathCollector : public StreamVisitor {
  public:
    std::set<std::string> paths;

    void on_process_begin(std::uint64_t, const format::ProcessBegin&, std::string_view path) override {
        paths.emplace(path);
    }
    void on_module(std::uint64_t, const format::Module&, std::string_view path) override { paths.emplace(path); }
};

std::map<std::string, std::string> build_ids(const std::vector<StreamFile>& files) {
    PathCollector collector;
    for (const StreamFile& file : files) {
        FileSource stream(file.path);
        read_stream(stream, collector);
    }
    std::map<std::string, std::string> ids;
    for (const std::string& path : collector.paths) {
        if (auto id = read_build_id(path)) ids.emplace(path, std::move(*id));
    }
    return ids;
}

/// One section per stream. `removed` becomes true with the first stream that is gone.
void write_streams(const std::vector<StreamFile>& files, PackedStreams packed, SectionWriter& writer, bool& removed) {
    for (const StreamFile& file : files) {
        writer.begin_section(format::SectionType::Stream, static_cast<std::uint32_t>(file.run), file.pid);
        write_tightly(file.path, writer);
        writer.end_section();
        if (packed == PackedStreams::Keep) continue;
        writer.sync();
        std::error_code failed;
        removed = std::filesystem::remove(file.path, failed) || removed;
    }
}

}  // namespace

void pack(const Manifest& manifest, const std::filesystem::path& folder, const std::filesystem::path& output,
          PackedStreams packed) {
    const std::vector<StreamFile> files = find_stream_files(folder);
    Manifest complete = manifest;
    complete.build_ids = build_ids(files);
    const std::string json = to_json(complete);
    SectionWriter writer(output);
    writer.begin_section(format::SectionType::Manifest);
    writer.append(std::as_bytes(std::span(json)));
    writer.end_section();
    bool removed = false;
    try {
        write_streams(files, packed, writer, removed);
        writer.finish();
    } catch (const base::Error&) {
        if (removed) writer.finish_early();
        throw;
    }
}

std::uint64_t stream_bytes(const std::filesystem::path& folder) {
    constexpr std::uint64_t kBlock = 512;  // of st_blocks, whatever the file system's own is
    std::uint64_t bytes = 0;
    for (const StreamFile& file : find_stream_files(folder)) {
        struct stat status {};
        if (stat(file.path.c_str(), &status) == 0) bytes += kBlock * static_cast<std::uint64_t>(status.st_blocks);
    }
    return bytes;
}

}  // namespace ftscale::recording

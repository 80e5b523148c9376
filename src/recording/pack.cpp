// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/pack.h"

#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "recording/build_id.h"
#include "recording/section_file.h"
#include "recording/stream_files.h"
#include "recording/stream_reader.h"

namespace ftscale::recording {
namespace {

/// The chunks of a live stream, cut to what is committed.
std::vector<std::byte> tighten(std::span<const std::byte> stream) {
    std::vector<std::string> ignored;  // `committed` stays what it was: the reader will say it again
    std::vector<std::byte> tight;
    for (const ChunkView& chunk : find_chunks(stream, ignored)) {
        format::ChunkHeader header = chunk.header;
        header.size = sizeof(header) + chunk.records.size();
        const auto* begin = reinterpret_cast<const std::byte*>(&header);
        tight.insert(tight.end(), begin, begin + sizeof(header));
        tight.insert(tight.end(), chunk.records.begin(), chunk.records.end());
    }
    return tight;
}

/// The ELF objects a stream mentions.
class PathCollector : public StreamVisitor {
  public:
    std::set<std::string> paths;

    void on_process_begin(std::uint64_t, const format::ProcessBegin&, std::string_view path) override { paths.emplace(path); }
    void on_module(std::uint64_t, const format::Module&, std::string_view path) override { paths.emplace(path); }
};

std::map<std::string, std::string> build_ids(const std::vector<StreamFile>& files) {
    PathCollector collector;
    for (const StreamFile& file : files) read_stream(read_bytes(file.path), collector);
    std::map<std::string, std::string> ids;
    for (const std::string& path : collector.paths) {
        if (auto id = read_build_id(path)) ids.emplace(path, std::move(*id));
    }
    return ids;
}

}  // namespace

void pack(const Manifest& manifest, const std::filesystem::path& folder, const std::filesystem::path& output) {
    const std::vector<StreamFile> files = find_stream_files(folder);
    Manifest complete = manifest;
    complete.build_ids = build_ids(files);
    const std::string json = to_json(complete);
    SectionWriter writer(output);
    writer.add(format::SectionType::Manifest, std::as_bytes(std::span(json)));
    for (const StreamFile& file : files) writer.add(format::SectionType::Stream, tighten(read_bytes(file.path)), static_cast<std::uint32_t>(file.run), file.pid);
    writer.finish();
}

}  // namespace ftscale::recording

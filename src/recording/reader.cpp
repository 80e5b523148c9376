// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "base/error.h"
#include "recording/section_file.h"
#include "recording/stream_files.h"
#include "recording/trace_builder.h"

namespace ftscale::recording {
namespace {

constexpr const char* kManifestFile = "manifest.json";

/// Of the recording's sections the one at hand.
class SectionSource : public ByteSource {
  public:
    explicit SectionSource(SectionReader& file) : file_(file) {}
    std::size_t read(std::span<std::byte> room) override { return file_.read(room); }

  private:
    SectionReader& file_;
};

/// What a thousand runs say of themselves is a thousandth of this.
constexpr std::size_t kMostManifestBytes = std::size_t{64} << 20;

/// The section's bytes, and that all of them are there.
std::string read_section(SectionReader& file, std::size_t most) {
    std::string text;
    std::array<std::byte, 4096> piece{};
    while (const std::size_t count = file.read(piece)) {
        if (text.size() + count > most) return {};
        text.append(reinterpret_cast<const char*>(piece.data()), count);
    }
    file.read_rest();
    return text;
}

bool is_folder(const std::filesystem::path& path) {
    std::error_code failed;
    return std::filesystem::is_directory(path, failed);
}

bool has_manifest_file(const std::filesystem::path& folder) {
    std::error_code failed;
    return std::filesystem::exists(folder / kManifestFile, failed);
}

Manifest read_manifest_file(const std::filesystem::path& folder) {
    if (!has_manifest_file(folder)) {
        throw base::Error(fmt::format("'{}' is a folder without a recording in it", folder.string()),
                          "name a recording made by 'ftscale run'");
    }
    return parse_manifest(read_text(folder / kManifestFile));
}

Manifest read_manifest_section(SectionReader& file, const std::filesystem::path& path) {
    const std::optional<Section> section = file.next();
    const bool is_manifest =
        section && section->header.type == static_cast<std::uint32_t>(format::SectionType::Manifest);
    const std::string text = is_manifest ? read_section(file, kMostManifestBytes) : std::string();
    if (text.empty() || file.is_damaged()) {
        throw base::Error(fmt::format("'{}' is cut off or damaged before the end of its manifest", path.string()),
                          "record again");
    }
    return parse_manifest(text);
}

/// Numbers the streams of equal process ids: a process leaves one for each program it executes, and its id may be
/// another's later.
class StreamNumbers {
  public:
    StreamSource source(int run, std::uint32_t pid, ByteSource& bytes) {
        const std::uint32_t number = ++streams_[{run, pid}];
        const std::string more = number > 1 ? fmt::format(", stream {}", number) : "";
        return {run, pid, number, fmt::format("run {}, process {}{}", run, pid, more), bytes};
    }

  private:
    std::map<std::pair<int, std::uint32_t>, std::uint32_t> streams_;
};

/// False when it is damaged.
bool read_section_stream(SectionReader& file, const Section& section, StreamNumbers& numbers,
                         const SourceReader& reader) {
    std::optional<base::Error> refused;
    SectionSource bytes(file);
    try {
        reader.on_stream(numbers.source(static_cast<int>(section.header.run), section.header.pid, bytes));
    } catch (const base::Error& error) {
        refused = error;
    }
    file.read_rest();
    if (refused && !file.is_damaged()) throw base::Error(*refused);
    if (!file.is_damaged()) return true;
    if (refused) reader.on_warning(refused->what());  // what the damage has made of the version
    reader.on_warning(fmt::format("damaged section at byte {}: {} of {} bytes could be read", section.offset,
                                  file.read_bytes(), section.header.raw_bytes));
    return false;
}

bool read_file(const std::filesystem::path& path, const SourceReader& reader) {
    SectionReader file(path);
    reader.on_manifest(read_manifest_section(file, path));
    bool whole = true;
    StreamNumbers numbers;
    while (const std::optional<Section> section = file.next()) {
        if (section->header.type == static_cast<std::uint32_t>(format::SectionType::Stream))
            whole = read_section_stream(file, *section, numbers, reader) && whole;
        else
            reader.on_warning(fmt::format("section of unknown type {} at byte {} is passed over", section->header.type,
                                          section->offset));
    }
    if (file.is_truncated()) reader.on_warning("the file ends early: the recording is truncated");
    return whole && !file.is_truncated();
}

bool read_folder(const std::filesystem::path& path, const SourceReader& reader) {
    reader.on_manifest(read_manifest_file(path));
    StreamNumbers numbers;
    for (const StreamFile& file : find_stream_files(path)) {
        FileSource bytes(file.path);
        reader.on_stream(numbers.source(file.run, file.pid, bytes));
    }
    reader.on_warning("the sweep did not get to its end: this is what it left behind");
    return false;
}

RunTrace& trace_of(Recording& recording, int run) {
    const auto found = std::find_if(recording.runs.begin(), recording.runs.end(),
                                    [run](const RunTrace& trace) { return trace.run == run; });
    if (found != recording.runs.end()) return *found;
    recording.runs.push_back({run, {}});
    return recording.runs.back();
}

bool has_run(const Manifest& manifest, int id) {
    return std::any_of(manifest.runs.begin(), manifest.runs.end(), [id](const Run& run) { return run.id == id; });
}

/// The script's own process is the one the others descend from.
void put_script_first(RunTrace& trace) {
    std::stable_sort(trace.processes.begin(), trace.processes.end(), [](const Process& a, const Process& b) {
        const auto key = [](const Process& process) {
            return std::pair(!process.script_begin_ns.has_value(), process.begin_ns);
        };
        return key(a) < key(b);
    });
}

}  // namespace

bool read_sources(const std::filesystem::path& path, const SourceReader& reader) {
    return is_folder(path) ? read_folder(path, reader) : read_file(path, reader);
}

Loader::Loader(Recording& recording) : recording_(recording), tables_(recording) {}

void Loader::add_warning(const std::string& warning, bool is_loss) {
    recording_.warnings.push_back(warning);
    if (is_loss) recording_.truncated = true;
}

void Loader::add_stream(const StreamSource& source) {
    if (!has_run(recording_.manifest, source.run))
        return add_warning(fmt::format("{}: the manifest knows no such run", source.name), true);
    Process process;
    process.pid = source.pid;
    TraceBuilder builder(tables_, process);
    for (const std::string& warning : read_stream(source.bytes, builder))
        add_warning(source.name + ": " + warning, true);
    builder.finish();
    if (!process.threads.empty()) trace_of(recording_, source.run).processes.push_back(std::move(process));
}

void Loader::finish() {
    for (RunTrace& trace : recording_.runs) put_script_first(trace);
}

Recording load(const std::filesystem::path& path) {
    Recording recording;
    Loader loader(recording);
    SourceReader reader;
    reader.on_manifest = [&](const Manifest& manifest) { recording.manifest = manifest; };
    reader.on_warning = [&](const std::string& warning) { loader.add_warning(warning, false); };
    reader.on_stream = [&](const StreamSource& source) { loader.add_stream(source); };
    if (!read_sources(path, reader)) recording.truncated = true;
    loader.finish();
    return recording;
}

Manifest load_manifest(const std::filesystem::path& path) {
    if (is_folder(path)) return read_manifest_file(path);
    SectionReader file(path);
    return read_manifest_section(file, path);
}

bool is_recording(const std::filesystem::path& path) {
    return is_folder(path) ? has_manifest_file(path) : has_recording_magic(path);
}

}  // namespace ftscale::recording

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/stream_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "ftscale/recording_format.h"

namespace ftscale::recording {
namespace {

/// The number in `prefix<number>suffix`.
template <typename Number>
std::optional<Number> number_between(std::string_view name, std::string_view prefix, std::string_view suffix) {
    if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix))
        return std::nullopt;
    name = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    Number number{};
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    return error == std::errc{} && end == name.data() + name.size() ? std::optional<Number>(number) : std::nullopt;
}

/// Of process-PID.stream, which is number 1, or process-PID-NUMBER.stream.
std::optional<std::pair<std::uint32_t, std::uint32_t>> process_and_number(const std::string& name) {
    if (const auto pid = number_between<std::uint32_t>(name, format::kStreamFilePrefix, format::kStreamFileSuffix))
        return std::pair(*pid, std::uint32_t{1});
    const std::size_t hyphen = name.rfind('-');
    if (hyphen == std::string::npos) return std::nullopt;
    const auto pid = number_between<std::uint32_t>(name.substr(0, hyphen), format::kStreamFilePrefix, "");
    const auto number = number_between<std::uint32_t>(name.substr(hyphen), "-", format::kStreamFileSuffix);
    return pid && number ? std::optional(std::pair(*pid, *number)) : std::nullopt;
}

void find_in_run(const std::filesystem::path& folder, int run, std::vector<StreamFile>& files) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        const auto stream = process_and_number(entry.path().filename().string());
        if (stream && !entry.is_symlink(failed) && entry.is_regular_file(failed))
            files.push_back({run, stream->first, stream->second, entry.path()});
    }
}

}  // namespace

std::vector<StreamFile> find_stream_files(const std::filesystem::path& folder) {
    std::vector<StreamFile> files;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        if (const auto run = number_between<int>(entry.path().filename().string(), "run-", ""))
            find_in_run(entry.path(), *run, files);
    }
    std::sort(files.begin(), files.end(), [](const StreamFile& a, const StreamFile& b) {
        return std::tie(a.run, a.pid, a.number) < std::tie(b.run, b.pid, b.number);
    });
    return files;
}

FileSource::FileSource(const std::filesystem::path& path)
    : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {  // a pipe without a writer must not stop us
    const auto refuse = [&path](const char* reason) {
        throw base::Error(fmt::format("cannot read '{}': {}", path.string(), reason));
    };
    struct stat status {};
    if (!fd_.is_open() || fstat(fd_.get(), &status) != 0) refuse(std::strerror(errno));
    if (!S_ISREG(status.st_mode)) refuse("it is not a file");
}

std::size_t FileSource::read(std::span<std::byte> room) {
    std::size_t count = 0;
    while (count < room.size()) {
        const ssize_t more = ::read(fd_.get(), room.data() + count, room.size() - count);
        if (more < 0 && errno == EINTR) continue;
        if (more <= 0) break;
        count += static_cast<std::size_t>(more);
    }
    return count;
}

std::string read_text(const std::filesystem::path& path) {
    FileSource file(path);
    std::string text;
    std::array<std::byte, 4096> piece{};
    while (const std::size_t count = file.read(piece)) text.append(reinterpret_cast<const char*>(piece.data()), count);
    return text;
}

}  // namespace ftscale::recording

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/stream_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>
#include <tuple>

#include "base/error.h"
#include "ftscale/recording_format.h"

namespace ftscale::recording {
namespace {

/// The number in `prefix<number>suffix`.
template <typename Number>
std::optional<Number> number_between(std::string_view name, std::string_view prefix, std::string_view suffix) {
    if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
    name = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    Number number{};
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    return error == std::errc{} && end == name.data() + name.size() ? std::optional<Number>(number) : std::nullopt;
}

void find_in_run(const std::filesystem::path& folder, int run, std::vector<StreamFile>& files) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        const auto pid = number_between<std::uint32_t>(entry.path().filename().string(), format::kStreamFilePrefix, format::kStreamFileSuffix);
        if (pid && entry.is_regular_file(failed)) files.push_back({run, *pid, entry.path()});
    }
}

}  // namespace

std::vector<StreamFile> find_stream_files(const std::filesystem::path& folder) {
    std::vector<StreamFile> files;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        if (const auto run = number_between<int>(entry.path().filename().string(), "run-", "")) find_in_run(entry.path(), *run, files);
    }
    std::sort(files.begin(), files.end(), [](const StreamFile& a, const StreamFile& b) { return std::tie(a.run, a.pid) < std::tie(b.run, b.pid); });
    return files;
}

std::vector<std::byte> read_bytes(const std::filesystem::path& path) {
    std::error_code failed;
    if (std::filesystem::exists(path, failed) && !std::filesystem::is_regular_file(path, failed)) {
        throw base::Error(fmt::format("cannot read '{}': it is not a file", path.string()));
    }
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) throw base::Error(fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
    std::vector<std::byte> bytes(static_cast<std::size_t>(file.tellg()));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file) throw base::Error(fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
    return bytes;
}

}  // namespace ftscale::recording

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/made_here.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <sstream>

#include "base/fd.h"

namespace ftscale::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kRemembered{24 * 30};
constexpr std::size_t kIdDigits = 32;

std::optional<fs::path> state_folder(const launch::Variables& variables) {
    const auto absolute = [&](const char* name) {
        const auto value = variables.find(name);
        return value && value->starts_with('/') ? std::optional<fs::path>(*value) : std::nullopt;
    };
    if (const auto state = absolute("XDG_STATE_HOME")) return *state / "ftscale" / "recordings";
    if (const auto home = absolute("HOME")) return *home / ".local" / "state" / "ftscale" / "recordings";
    return std::nullopt;
}

/// Names a file.
bool is_id(const std::string& text) {
    return text.size() == kIdDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string command_text(const recording::Manifest& manifest) {
    const nlohmann::ordered_json command = {{"interpreter", manifest.interpreter.path},
                                            {"argv", manifest.argv},
                                            {"working_directory", manifest.working_directory}};
    return command.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void forget_old_ones(const fs::path& folder) {
    std::error_code failed;
    const auto now = fs::file_time_type::clock::now();
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed))
        if (is_id(entry.path().filename().string()) && now - entry.last_write_time(failed) > kRemembered)
            fs::remove(entry.path(), failed);
}

/// What only we can have written.
bool is_ours(const base::Fd& file) {
    struct stat facts {};
    return fstat(file.get(), &facts) == 0 && facts.st_uid == geteuid() && (facts.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

}  // namespace

std::string new_recording_id() {
    std::random_device random;
    std::string id;
    while (id.size() < kIdDigits) id += fmt::format("{:08x}", static_cast<std::uint32_t>(random()));
    return id;
}

void remember_as_made_here(const recording::Manifest& manifest, const launch::Variables& variables) {
    const auto folder = state_folder(variables);
    if (!folder || !is_id(manifest.id)) return;
    std::error_code failed;
    if (fs::create_directories(*folder, failed)) fs::permissions(*folder, fs::perms::owner_all, failed);
    forget_old_ones(*folder);
    const base::Fd file(
        open((*folder / manifest.id).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    const std::string text = command_text(manifest);
    // One that is not written whole is not that of any command.
    if (file.is_open() && write(file.get(), text.data(), text.size()) < 0) fs::remove(*folder / manifest.id, failed);
}

bool is_made_here(const recording::Manifest& manifest, const launch::Variables& variables) {
    const auto folder = state_folder(variables);
    if (!folder || !is_id(manifest.id)) return false;
    const fs::path path = *folder / manifest.id;
    const base::Fd file = base::open_regular_file(path.string());
    if (!file.is_open() || !is_ours(file)) return false;
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str() == command_text(manifest);
}

}  // namespace ftscale::cli

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/partial_recording.h"

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "ftscale/recording_format.h"
#include "launch/disk_use.h"
#include "recording/pack.h"
#include "recording/reader.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOtherOutput = "name another file with -o";
constexpr const char* kManifestName = "manifest.json";

[[noreturn]] void refuse(const fs::path& path, const std::string& reason, const std::string& hint = kOtherOutput) {
    throw base::Error(fmt::format("cannot write '{}': {}", path.string(), reason), hint);
}

void check_output(const fs::path& output) {
    std::error_code failed;
    const fs::file_status status = fs::status(output, failed);
    if (!fs::exists(status)) return;  // whether it can be made shows when the folder beside it is made
    if (fs::is_directory(status)) refuse(output, "it is a directory");
    if (!fs::is_regular_file(status)) refuse(output, "it is not a file");
    if (access(output.c_str(), W_OK) != 0) refuse(output, std::strerror(errno));
    if (fs::file_size(output, failed) > 0 && !recording::is_recording(output)) {
        refuse(output, "it exists and is not an ftscale recording", "remove it, or name another file with -o");
    }
}

fs::path folder_of(const fs::path& output) { return output.string() + ".partial"; }

PrivateFolder open_folder(const fs::path& output) {
    std::error_code failed;
    if (access(output.parent_path().c_str(), W_OK | X_OK) != 0) refuse(output, std::strerror(errno));
    const fs::file_status there = fs::symlink_status(folder_of(output), failed);
    if (fs::exists(there) && !fs::is_directory(there))
        refuse(output, fmt::format("'{}' is in the way", folder_of(output).string()));
    return PrivateFolder(folder_of(output));
}

/// The folder of an earlier sweep that did not get to its end may go; anything else may not.
void check_is_ours(const PrivateFolder& folder) {
    for (const std::string& name : folder.names()) {
        if (name.rfind(kManifestName, 0) != 0 && name.rfind("run-", 0) != 0) {
            refuse(folder.path(), fmt::format("it holds '{}', which is not ours", name),
                   "remove it, or name another file with -o");
        }
    }
}

/// a.ftscale -> a-unfinished.ftscale, a-unfinished-2.ftscale, ...: the first that is not there.
fs::path name_for_unfinished(const fs::path& output) {
    for (int number = 1;; ++number) {
        const std::string suffix = number == 1 ? "-unfinished" : fmt::format("-unfinished-{}", number);
        fs::path name = output.parent_path() / (output.stem().string() + suffix + output.extension().string());
        std::error_code failed;
        if (!fs::exists(fs::symlink_status(name, failed)) && !fs::exists(fs::symlink_status(folder_of(name), failed)))
            return name;
    }
}

void warn(const std::string& text) { base::log(base::LogLevel::Warn, text); }

bool pack_unfinished(const fs::path& folder, const fs::path& output) {
    try {
        recording::pack(recording::load_manifest(folder), folder, output);
        return true;
    } catch (const base::Error& error) {
        warn(error.what());
        return false;
    }
}

/// One page, as the probe expects it.
std::vector<std::byte> budget_page(std::uint64_t allowance) {
    std::vector<std::byte> page(format::kBudgetBytes);
    format::Budget budget{};
    budget.magic = format::kBudgetMagic;
    budget.limit_bytes = allowance;
    std::memcpy(page.data(), &budget, sizeof(budget));
    return page;
}

}  // namespace

PartialRecording::PartialRecording(fs::path output)
    : output_((check_output(output), fs::absolute(output))), folder_(open_folder(output_)) {
    lock();
    check_is_ours(folder_);
    keep_unfinished();
    folder_.clear();
}

PartialRecording::~PartialRecording() {
    if (!is_started_) folder_.remove();
}

void PartialRecording::lock() {
    if (flock(folder_.descriptor(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        refuse(output_, "another ftscale is writing it");
}

void PartialRecording::keep_unfinished() {
    if (used_bytes() == 0) return;
    const fs::path kept = name_for_unfinished(output_);
    if (pack_unfinished(folder_.stable_path(), kept)) {
        warn(
            fmt::format("an earlier sweep did not get to its end: what it had recorded is now in '{}'", kept.string()));
        return;
    }
    if (rename(folder_.path().c_str(), folder_of(kept).c_str()) != 0) refuse(folder_of(kept), std::strerror(errno));
    warn(fmt::format("an earlier sweep did not get to its end: what it had recorded is now in '{}'",
                     folder_of(kept).string()));
    folder_ = open_folder(output_);
    lock();
}

fs::path PartialRecording::make_run_folder(int id, std::uint64_t allowance) const {
    const PrivateFolder folder = folder_.make_folder(fmt::format("run-{}", id));
    if (allowance > 0) folder.make_file(format::kBudgetFile, budget_page(allowance));
    return folder.path();
}

std::string PartialRecording::hint_to_what_is_kept() const {
    return fmt::format(
        "make room on the disk: what was recorded is kept in {}; 'ftscale report' reads that folder, and the next "
        "'ftscale run' with this output packs it first",
        folder_.path().string());
}

void PartialRecording::save(const recording::Manifest& manifest) {
    try {
        folder_.replace_file(kManifestName, recording::to_json(manifest));
    } catch (const base::Error& error) {
        if (!is_started_) throw;
        throw base::Error(error.what(), hint_to_what_is_kept());
    }
    is_started_ = true;
}

std::uint64_t PartialRecording::used_bytes() const { return recording::stream_bytes(folder_.stable_path()); }

std::uint64_t PartialRecording::free_bytes() const {
    return find_free_bytes(folder_.stable_path()).value_or(std::numeric_limits<std::uint64_t>::max());
}

void PartialRecording::pack(const recording::Manifest& manifest) {
    const std::uint64_t used = used_bytes(), needed = packed_estimate(used);
    const bool is_tight = free_bytes() < needed;
    if (is_tight)
        warn(fmt::format("{} free where packing may take {}: what is packed is removed at once",
                         describe_size(free_bytes()), describe_size(needed)));
    try {
        recording::pack(manifest, folder_.stable_path(), output_,
                        is_tight ? recording::PackedStreams::Remove : recording::PackedStreams::Keep);
    } catch (const base::Error& error) {
        const std::string part = used_bytes() < used ? fmt::format("; its first runs are in {}", output_.string()) : "";
        throw base::Error(error.what(), hint_to_what_is_kept() + part);
    }
    is_started_ = false;  // nothing in the folder is worth keeping any more
    folder_.remove();
}

}  // namespace ftscale::launch

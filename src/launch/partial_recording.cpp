// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/partial_recording.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>

#include "base/error.h"
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

/// The folder of an earlier sweep that did not get to its end may go; anything else may not.
void check_is_ours(const fs::path& folder) {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        const std::string name = entry.path().filename().string();
        if (name.rfind(kManifestName, 0) != 0 && name.rfind("run-", 0) != 0) {
            refuse(folder, fmt::format("it holds '{}', which is not ours", name),
                   "remove it, or name another file with -o");
        }
    }
}

}  // namespace

PartialRecording::PartialRecording(fs::path output)
    : output_(fs::absolute(output)), folder_(output_.string() + ".partial") {
    check_output(output_);
    make_folder();
    lock();
    check_is_ours(folder_);
    for (const auto& entry : fs::directory_iterator(folder_)) fs::remove_all(entry.path());
}

PartialRecording::~PartialRecording() {
    std::error_code ignored;
    if (!is_started_) fs::remove_all(folder_, ignored);
}

void PartialRecording::make_folder() {
    std::error_code failed;
    fs::create_directory(folder_, failed);
    if (!fs::is_directory(folder_, failed)) {
        refuse(output_, failed ? failed.message() : fmt::format("'{}' is in the way", folder_.string()));
    }
    if (access(folder_.c_str(), W_OK | X_OK) != 0) refuse(folder_, std::strerror(errno));
}

void PartialRecording::lock() {
    lock_ = base::Fd(open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const bool is_taken = lock_.is_open() && flock(lock_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (is_taken) refuse(output_, "another ftscale is writing it");
}

fs::path PartialRecording::make_run_folder(int id) const {
    const fs::path folder = folder_ / fmt::format("run-{}", id);
    std::error_code failed;
    fs::create_directory(folder, failed);
    if (failed) refuse(folder, failed.message());
    return folder;
}

void PartialRecording::save(const recording::Manifest& manifest) {
    const fs::path temporary = folder_ / (std::string(kManifestName) + ".new");
    std::ofstream file(temporary, std::ios::binary);
    file << recording::to_json(manifest);
    file.close();
    if (!file) refuse(temporary, std::strerror(errno));
    fs::rename(temporary, folder_ / kManifestName);
    is_started_ = true;
}

void PartialRecording::pack(const recording::Manifest& manifest) {
    recording::pack(manifest, folder_, output_);
    is_started_ = false;  // nothing in the folder is worth keeping any more
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

}  // namespace ftscale::launch

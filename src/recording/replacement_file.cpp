// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/replacement_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "base/error.h"

namespace ftscale::recording {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOtherOutput = "name another file with -o";
constexpr const char* kMakeRoom = "make room on the disk, or name another file with -o";
constexpr int kMostTries = 100;

[[noreturn]] void refuse(const fs::path& path, const char* hint) {
    throw base::Error(fmt::format("cannot write '{}': {}", path.string(), std::strerror(errno)), hint);
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

}  // namespace

ReplacementFile::ReplacementFile(fs::path output) : output_(std::move(output)) {
    constexpr int kNew = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    constexpr mode_t kPrivate = 0600;
    std::random_device random;
    for (int i = 0; i < kMostTries && !fd_.is_open(); ++i) {
        temporary_ = fmt::format("{}.{:08x}.tmp", output_.string(), random());
        fd_ = base::Fd(open(temporary_.c_str(), kNew, kPrivate));
        if (!fd_.is_open() && errno != EEXIST) break;
    }
    if (!fd_.is_open()) refuse(temporary_, kOtherOutput);
}

ReplacementFile::~ReplacementFile() {
    if (fd_.is_open()) unlink(temporary_.c_str());
}

void ReplacementFile::append(std::span<const std::byte> bytes) {
    write_at(size_, bytes);
    size_ += bytes.size();
}

void ReplacementFile::overwrite(std::uint64_t offset, std::span<const std::byte> bytes) { write_at(offset, bytes); }

void ReplacementFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) refuse(temporary_, kMakeRoom);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
}

void ReplacementFile::cut(std::uint64_t size) {
    if (ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) refuse(temporary_, kMakeRoom);
    size_ = size;
}

void ReplacementFile::sync() {
    // Some file systems know no such thing; then there is nothing to wait for.
    if (fsync(fd_.get()) != 0 && errno != EINVAL && errno != ENOSYS) refuse(temporary_, kMakeRoom);
}

void ReplacementFile::put_in_place() {
    sync();
    if (rename(temporary_.c_str(), output_.c_str()) != 0) refuse(output_, kOtherOutput);
    fd_.reset();
    // That it is there should outlast a crash, too. Where it cannot be said, nothing is lost yet.
    const base::Fd folder(open(folder_of(output_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.is_open()) static_cast<void>(fsync(folder.get()));
}

}  // namespace ftscale::recording

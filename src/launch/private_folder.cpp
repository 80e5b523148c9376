// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/private_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/error.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFolderMode = 0700, kFileMode = 0600;
constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr const char* kOtherOutput = "name another file with -o";
constexpr const char* kRemoveIt = "remove it, or name another file with -o";

[[noreturn]] void refuse(const fs::path& path, const std::string& reason, const std::string& hint = kOtherOutput) {
    throw base::Error(fmt::format("cannot write '{}': {}", path.string(), reason), hint);
}

std::vector<std::string> names_in(int folder) {
    std::vector<std::string> names;
    // A descriptor of its own: closedir closes it, and where it stands is not where another listing ended.
    const int again = openat(folder, ".", kOpenFolder);
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(again < 0 ? nullptr : fdopendir(again), &closedir);
    if (listing == nullptr) return names;
    while (const dirent* entry = readdir(listing.get())) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(name);
    }
    return names;
}

void remove_tree(int parent, const std::string& name) {
    if (unlinkat(parent, name.c_str(), 0) == 0 || (errno != EISDIR && errno != EPERM)) return;
    const base::Fd folder(openat(parent, name.c_str(), kOpenFolder));
    if (folder.is_open())
        for (const std::string& inner : names_in(folder.get())) remove_tree(folder.get(), inner);
    unlinkat(parent, name.c_str(), AT_REMOVEDIR);
}

bool write_whole(int file, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

PrivateFolder::PrivateFolder(fs::path path) : path_(std::move(path)) {
    const bool is_new = mkdir(path_.c_str(), kFolderMode) == 0;
    if (!is_new && errno != EEXIST) refuse(path_, std::strerror(errno));
    fd_ = base::Fd(open(path_.c_str(), kOpenFolder));
    if (!fd_.is_open() && (errno == ENOTDIR || errno == ELOOP))
        refuse(path_, "there is a file or a link of that name", kRemoveIt);
    check_safe(is_new);
}

void PrivateFolder::check_safe(bool is_new) const {
    struct stat status {};
    if (!fd_.is_open() || fstat(fd_.get(), &status) != 0) refuse(path_, std::strerror(errno));
    if (status.st_uid != geteuid()) {
        refuse(path_, "the folder belongs to another user, who could put links in it", kRemoveIt);
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return;
    if (is_new) {
        refuse(path_, "the file system lets others write to a folder that was made for us alone",
               "name a file on another file system with -o");
    }
    refuse(path_, "others may write to the folder, and could put links in it",
           "look what is in it, then remove it, or name another file with -o");
}

fs::path PrivateFolder::stable_path() const { return fmt::format("/proc/self/fd/{}", fd_.get()); }

std::vector<std::string> PrivateFolder::names() const { return names_in(fd_.get()); }

PrivateFolder PrivateFolder::make_folder(const std::string& name) const {
    const fs::path path = path_ / name;
    if (mkdirat(fd_.get(), name.c_str(), kFolderMode) != 0) refuse(path, std::strerror(errno));
    PrivateFolder folder(path, base::Fd(openat(fd_.get(), name.c_str(), kOpenFolder)));
    folder.check_safe(true);
    return folder;
}

void PrivateFolder::make_file(const std::string& name, std::span<const std::byte> bytes) const {
    constexpr int kNew = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const base::Fd file(openat(fd_.get(), name.c_str(), kNew, kFileMode));
    if (!file.is_open() || !write_whole(file.get(), bytes)) refuse(path_ / name, std::strerror(errno));
}

void PrivateFolder::replace_file(const std::string& name, const std::string& text) const {
    const std::string temporary = name + ".new";
    unlinkat(fd_.get(), temporary.c_str(), 0);
    make_file(temporary, std::as_bytes(std::span(text)));
    if (renameat(fd_.get(), temporary.c_str(), fd_.get(), name.c_str()) != 0)
        refuse(path_ / name, std::strerror(errno));
}

void PrivateFolder::clear() const {
    for (const std::string& name : names()) remove_tree(fd_.get(), name);
}

void PrivateFolder::remove() const {
    clear();
    rmdir(path_.c_str());
}

}  // namespace ftscale::launch

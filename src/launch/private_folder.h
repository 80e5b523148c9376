// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"

namespace ftscale::launch {

/// A folder of ours that nobody else can write to, held open: whatever becomes of its name, all we do in it happens in
/// this one, and no symbolic link is followed. So nothing that others have put in our way can be turned against us in a
/// folder that they can write to, as /tmp is.
class PrivateFolder {
  public:
    /// Makes it, or opens the one that is there. Throws base::Error with a hint where it is another user's, others may
    /// write to it, or it is no folder.
    explicit PrivateFolder(std::filesystem::path path);

    const std::filesystem::path& path() const { return path_; }
    int descriptor() const { return fd_.get(); }
    /// It by a name that cannot come to mean another folder, for whoever takes a path. For this process alone.
    std::filesystem::path stable_path() const;

    std::vector<std::string> names() const;
    bool is_empty() const { return names().empty(); }

    /// A folder in it, which must not exist. Throws base::Error.
    PrivateFolder make_folder(const std::string& name) const;
    /// A file in it, which must not exist, readable by us alone. Throws base::Error.
    void make_file(const std::string& name, std::span<const std::byte> bytes) const;
    /// Replaces the file at once: a reader sees the old or the new one. Throws base::Error.
    void replace_file(const std::string& name, const std::string& text) const;

    /// Whatever is in it, as far as it can be removed. Links themselves are, not what they lead to.
    void clear() const;
    /// It, too; its name as far as that leads to an empty folder.
    void remove() const;

  private:
    PrivateFolder(std::filesystem::path path, base::Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
    void check_safe(bool is_new) const;

    std::filesystem::path path_;
    base::Fd fd_;
};

}  // namespace ftscale::launch

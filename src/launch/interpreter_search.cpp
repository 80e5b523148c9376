// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/interpreter_search.h"

#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <system_error>

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVersions[] = {"3.15", "3.14", "3.13"};  // best first

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

std::vector<fs::path> folders_on_path(const Variables& variables) {
    std::vector<fs::path> folders;
    std::istringstream path(variables.find("PATH").value_or("/usr/local/bin:/usr/bin:/bin"));
    for (std::string folder; std::getline(path, folder, ':');) folders.emplace_back(folder.empty() ? "." : folder);
    return folders;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code failed;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
        entries.push_back(entry->path());
    }
    // Latest patch release first, as far as text can tell; the order of a directory is nobody's wish.
    std::sort(entries.rbegin(), entries.rend());
    return entries;
}

fs::path below_home(const Variables& variables, const char* variable, const fs::path& otherwise) {
    if (const auto folder = variables.find(variable)) return *folder;
    return fs::path(variables.find("HOME").value_or("/")) / otherwise;
}

/// uv: cpython-3.14.0+freethreaded-linux-x86_64-gnu/bin/python3.14t
fs::path uv_folder(const Variables& variables) {
    if (const auto folder = variables.find("UV_PYTHON_INSTALL_DIR")) return *folder;
    return below_home(variables, "XDG_DATA_HOME", ".local/share") / "uv/python";
}

fs::path cache_folder(const Variables& variables) {
    if (const auto folder = variables.find("FTSCALE_CACHE")) return *folder;
    return below_home(variables, "XDG_CACHE_HOME", ".cache") / "ftscale";
}

class Candidates {
  public:
    void add(const fs::path& path) {
        const bool is_known = std::find(paths_.begin(), paths_.end(), path) != paths_.end();
        if (!is_known && is_executable_file(path)) paths_.push_back(path);
    }
    std::vector<fs::path> take() { return std::move(paths_); }

  private:
    std::vector<fs::path> paths_;
};

void add_from_path(Candidates& candidates, const Variables& variables) {
    for (const std::string version : kVersions) {
        for (const fs::path& folder : folders_on_path(variables)) candidates.add(folder / ("python" + version + "t"));
    }
}

void add_from_uv(Candidates& candidates, const Variables& variables) {
    const std::vector<fs::path> installs = entries_of(uv_folder(variables));
    for (const std::string version : kVersions) {
        for (const fs::path& install : installs) {
            const bool is_free_threaded = install.filename().string().find("freethreaded") != std::string::npos;
            if (is_free_threaded) candidates.add(install / "bin" / ("python" + version + "t"));
        }
    }
}

/// pyenv: versions/3.14.0t/bin/python3.14t, versions/3.14t-dev/...
void add_from_pyenv(Candidates& candidates, const Variables& variables) {
    const std::vector<fs::path> installs = entries_of(below_home(variables, "PYENV_ROOT", ".pyenv") / "versions");
    for (const std::string version : kVersions) {
        for (const fs::path& install : installs) candidates.add(install / "bin" / ("python" + version + "t"));
    }
}

}  // namespace

bool is_executable_file(const fs::path& path) { return is_file(path) && access(path.c_str(), X_OK) == 0; }

std::vector<fs::path> find_interpreters(const Variables& variables) {
    Candidates candidates;
    if (const auto environment = variables.find("VIRTUAL_ENV")) candidates.add(fs::path(*environment) / "bin/python");
    add_from_path(candidates, variables);
    add_from_uv(candidates, variables);
    add_from_pyenv(candidates, variables);
    candidates.add(cache_folder(variables) / "python-3.13t/bin/python3.13t");
    return candidates.take();
}

std::optional<fs::path> find_program(const std::string& name, const Variables& variables) {
    if (name.find('/') != std::string::npos) return is_file(name) ? std::optional<fs::path>(name) : std::nullopt;
    for (const fs::path& folder : folders_on_path(variables)) {
        if (is_executable_file(folder / name)) return folder / name;
    }
    return std::nullopt;
}

}  // namespace ftscale::launch

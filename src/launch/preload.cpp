// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/preload.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace ftscale::launch {
namespace {

constexpr std::string_view kSanitizers[] = {"asan", "hwasan", "lsan", "msan", "rtsan", "tsan", "tysan", "ubsan"};

/// As ld.so does: blanks and colons separate.
std::vector<std::string> split_preload(std::string_view preload) {
    std::vector<std::string> libraries;
    while (!preload.empty()) {
        const std::size_t end = std::min(preload.find_first_of(": \t\n"), preload.size());
        if (end > 0) libraries.emplace_back(preload.substr(0, end));
        preload.remove_prefix(std::min(end + 1, preload.size()));
    }
    return libraries;
}

}  // namespace

bool is_sanitizer_runtime(std::string_view path) {
    std::string_view name = path.substr(path.rfind('/') + 1);
    for (const std::string_view prefix : {"libclang_rt.", "lib"}) {
        if (!name.starts_with(prefix)) continue;
        name.remove_prefix(prefix.size());
        const std::string_view word = name.substr(0, name.find_first_of("._-"));
        return name.find(".so") != std::string_view::npos &&
               std::find(std::begin(kSanitizers), std::end(kSanitizers), word) != std::end(kSanitizers);
    }
    return false;
}

std::string preload_with_probe(std::string_view preload, const std::string& probe) {
    std::vector<std::string> libraries = split_preload(preload);
    const auto behind = std::stable_partition(libraries.begin(), libraries.end(), is_sanitizer_runtime);
    libraries.insert(behind, probe);
    std::string list;
    for (const std::string& library : libraries) list += (list.empty() ? "" : ":") + library;
    return list;
}

}  // namespace ftscale::launch

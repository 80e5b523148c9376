// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/probe_location.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "libftscale_probe.so";

std::vector<fs::path> places_beside(const fs::path& tool) {
    const fs::path prefix = tool.parent_path().parent_path();
    std::vector<fs::path> places{prefix / "lib" / kName, prefix / "lib/ftscale" / kName};
#ifdef FTSCALE_PROBE_INSTALL_DIR  // where distributions have lib64 or lib/<architecture>
    places.push_back(prefix / FTSCALE_PROBE_INSTALL_DIR / kName);
#endif
    return places;
}

bool is_there(const fs::path& path) { return access(path.c_str(), R_OK) == 0; }

/// ld.so separates the libraries of LD_PRELOAD by blanks and colons and knows no quotes.
fs::path check_name(const fs::path& path) {
    const fs::path absolute = fs::absolute(path).lexically_normal();
    if (absolute.string().find_first_of(" \t\n:") != std::string::npos) {
        throw base::Error(fmt::format("the probe cannot be loaded from '{}': LD_PRELOAD takes no blanks or colons",
                                      absolute.string()),
                          "move or link it to another place and name that in FTSCALE_PROBE");
    }
    return absolute;
}

}  // namespace

fs::path locate_probe(const fs::path& tool, const Variables& variables) {
    if (const auto named = variables.find("FTSCALE_PROBE")) {
        if (!is_there(*named)) {
            throw base::Error(fmt::format("FTSCALE_PROBE: '{}' not found", *named),
                              fmt::format("unset it, or name {}", kName));
        }
        return check_name(*named);
    }
    std::string tried;
    for (const fs::path& place : places_beside(tool)) {
        if (is_there(place)) return check_name(place);
        tried += (tried.empty() ? "" : ", ") + place.string();
    }
    throw base::Error(fmt::format("the probe library {} is not installed with ftscale", kName),
                      fmt::format("build the target ftscale_probe, or set FTSCALE_PROBE; looked for {}", tried));
}

}  // namespace ftscale::launch

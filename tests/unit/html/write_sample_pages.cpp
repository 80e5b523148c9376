// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// write_sample_pages FOLDER: flame graphs of the profiles made by hand, as small.html, odd.html (each odd name is a
// function) and large.html (as many frames and slices as a page ever has), and odd_names.json. Exits with 77 where the
// tool was built without its page.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "html/page.h"
#include "html/template.h"
#include "support/small_profile.h"

namespace {

using namespace ftscale;
namespace fs = std::filesystem;

void write_flames(const analysis::Profile& profile, const fs::path& path) {
    std::ofstream file(path);
    html::write_flame_page(profile, html::make_flames(profile), file);
}

/// An analysis of nothing but the thread counts: the page draws what the profile has.
void write_large(const fs::path& path) {
    const analysis::Profile profile = tests::large_profile(1'000'000, 300'000);
    analysis::Analysis analysis;
    analysis.manifest = profile.manifest;
    analysis.whole.points.push_back({});
    analysis.whole.runs.push_back({});
    analysis.whole.runs.front().threads = profile.runs.front().threads;
    std::ofstream file(path);
    html::write_page(analysis, profile, file);
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 2) {
        std::cerr << "usage: write_sample_pages FOLDER\n";
        return 2;
    }
    if (html::page_template().empty()) return 77;
    const fs::path folder = arguments[1];
    write_flames(tests::small_profile(), folder / "small.html");
    write_flames(tests::odd_profile(), folder / "odd.html");
    write_large(folder / "large.html");
    std::ofstream(folder / "odd_names.json") << nlohmann::json(tests::odd_names_in_utf8()).dump();
    return 0;
}

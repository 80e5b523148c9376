// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// write_sample_pages FOLDER: flame graphs of the profiles made by hand, as small.html, odd.html (each odd name is a
// function) and large.html (as many frames and slices as a page ever has), and names.json. Exits with 77 where the
// tool was built without its page.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

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

/// Numbers that are the same everywhere.
class Numbers {
  public:
    std::uint32_t below(std::uint32_t bound) {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::uint32_t>(state_ >> 33U) % bound;
    }

  private:
    std::uint64_t state_ = 1;
};

/// More contexts than are drawn, deep and all different, and threads that change their state a million times.
analysis::Profile varied_profile() {
    Numbers numbers;
    analysis::Profile profile;
    profile.manifest = tests::small_profile().manifest;
    for (int i = 0; i < 3000; ++i)
        profile.tree.functions.push_back({"function_" + std::to_string(i), "/src/app.py", i + 1, i % 3 == 0});
    for (std::uint32_t i = 1; i < 100'000; ++i)
        profile.tree.nodes.push_back({i < 50 ? i - 1 : numbers.below(i), numbers.below(3000), 1});
    analysis::RunProfile run;
    run.threads = profile.baseline_threads = 64;
    run.wall_s = 10;
    for (std::uint32_t i = 0; i < 100'000; ++i)
        run.charges.push_back({account::kAllCategories[numbers.below(14)], numbers.below(100'000), 6.4e-3});
    for (std::uint32_t t = 0; t < 64; ++t) {
        analysis::ThreadProfile thread;
        thread.name = "worker-" + std::to_string(t);
        thread.tid = t + 1;
        thread.end_s = 10;
        for (int i = 0; i < 16'000; ++i)
            thread.spans.push_back({i * 625e-6, (i + 1) * 625e-6, account::kAllCategories[numbers.below(14)],
                                    numbers.below(100'000), 0, analysis::kNone, analysis::kNone, false});
        run.thread_profiles.push_back(std::move(thread));
    }
    profile.runs.push_back(std::move(run));
    return profile;
}

/// An analysis of nothing but the thread counts: the page draws what the profile has.
void write_large(const fs::path& path) {
    const analysis::Profile profile = varied_profile();
    analysis::Analysis analysis;
    analysis.manifest = profile.manifest;
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
    std::ofstream(folder / "names.json") << nlohmann::json(tests::odd_names_in_utf8()).dump();
    return 0;
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Writes sample profiles in every format that speedscope reads into a folder, and expected.json: what a reader has to
// find in each file. For tests/viewers.
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "export/chrome_trace.h"
#include "export/folded.h"
#include "export/pprof.h"
#include "export/selection.h"
#include "export/slices.h"
#include "export/speedscope.h"
#include "support/small_profile.h"

namespace ftscale::tests {
namespace {

using analysis::Profile;
using exports::Selection;
using exports::WeightedStacks;
using exports::What;
using nlohmann::json;

class Samples {
  public:
    explicit Samples(std::string folder) : folder_(std::move(folder)) {}

    void write(const std::string& name, const Profile& profile, const Selection& selection) {
        const WeightedStacks stacks = exports::select_stacks(profile, selection);
        const double total = stacks.series.front().total();
        json profiles = json::array();
        for (const exports::Series& series : stacks.series)
            profiles.push_back({{"name", series.name}, {"total", series.total()}});
        add(name + ".speedscope.json", {{"unit", stacks.is_time ? "seconds" : "none"}, {"profiles", profiles}},
            [&](std::ostream& out) { exports::write_speedscope(profile.tree, stacks, name, out); });
        const double per_second = stacks.is_time ? 1e6 : 1;
        add(name + ".folded", {{"unit", "none"}, {"profiles", {{{"total", total * per_second}}}}},
            [&](std::ostream& out) { exports::write_folded(profile.tree, stacks, out); });
        if (selection.what == What::Cpu)
            add(name + ".pb.gz", {{"unit", "nanoseconds"}, {"profiles", {{{"total", total * 1e9}}}}},
                [&](std::ostream& out) { exports::write_pprof(profile, selection, out); });
    }

    /// Until its last slice ends is how long speedscope takes a thread for.
    void write_timeline(const std::string& name, const Profile& profile) {
        const auto& run = exports::typical_run(profile, 0);
        json profiles = json::array();
        for (const analysis::ThreadProfile& thread : run.thread_profiles)
            profiles.push_back({{"name", thread.name}, {"total", 1e6 * (thread.end_s - thread.begin_s)}});
        add(name + ".json", {{"unit", "microseconds"}, {"profiles", profiles}},
            [&](std::ostream& out) { exports::write_chrome_trace(profile, 0, out); });
    }

    /// Names that have to be among those of the file's frames, or part of them.
    void expect_names(const std::string& file, const std::vector<std::string>& names) {
        expected_[file]["names"] = names;
    }

    void finish() {
        std::ofstream file(folder_ + "/expected.json");
        file << expected_.dump(1) << '\n';
    }

  private:
    void add(const std::string& file, const json& expected, const std::function<void(std::ostream&)>& write_file) {
        std::ofstream out(folder_ + "/" + file, std::ios::binary);
        write_file(out);
        expected_[file] = expected;
    }

    std::string folder_;
    json expected_;
};

void write_all(const std::string& folder) {
    Samples samples(folder);
    const Profile small = small_profile(), odd = odd_profile();
    Selection selection;
    for (const auto& [name, what] : {std::pair("cpu", What::Cpu), std::pair("wait", What::Wait),
                                     std::pair("all", What::All), std::pair("refcount", What::Refcount)}) {
        selection.what = what;
        samples.write(name, small, selection);
    }
    selection.what = What::Counter;
    selection.counter = "page-faults";
    samples.write("page-faults", small, selection);
    selection.what = What::Cpu;
    samples.write("odd", odd, selection);
    samples.write_timeline("timeline", small);
    samples.write_timeline("odd-timeline", odd);
    for (const char* file : {"odd.speedscope.json", "odd-timeline.json"})
        samples.expect_names(file, odd_names_in_utf8());
    samples.finish();
}

}  // namespace
}  // namespace ftscale::tests

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: write_speedscope_samples FOLDER\n";
        return 2;
    }
    ftscale::tests::write_all(argv[1]);
}

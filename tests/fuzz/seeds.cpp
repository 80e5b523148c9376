// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Writes what fuzzing begins with: inputs that are in order. usage: ftscale_fuzz_seeds FOLDER OBJECTS; each target's
// are in a folder of its name.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "analysis/analyze.h"
#include "compare/figures.h"
#include "fuzz/record_script.h"
#include "fuzz/sweep.h"
#include "support/temporary_folder.h"
#include "symbols/symbols.h"
#include "unit/recording/small_recording.h"

using namespace ftscale;

namespace {

class Seeds {
  public:
    explicit Seeds(std::filesystem::path folder) : folder_(std::move(folder)) {}

    void write(const std::string& target, const std::string& name, const void* bytes, std::size_t size) const {
        std::filesystem::create_directories(folder_ / target);
        std::ofstream out(folder_ / target / name, std::ios::binary);
        out.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
        ++count_;
    }
    template <typename Range>
    void write(const std::string& target, const std::string& name, const Range& bytes) const {
        write(target, name, std::data(bytes), std::size(bytes));
    }
    int count() const { return count_; }

  private:
    std::filesystem::path folder_;
    mutable int count_ = 0;
};

fuzz::RecordScript small_script() {
    fuzz::RecordScript script;
    for (const int run : {0, 1, 2, 3})
        fuzz::add_stream(static_cast<std::uint8_t>(run), tests::small_stream(1 + run % 2).bytes(), script);
    return script;
}

void write_figures(const Seeds& seeds) {
    const auto recording = fuzz::load_streams(fuzz::small_sweep(), fuzz::to_streams(small_script()));
    const symbols::Symbols symbols(recording, symbols::Files::LeaveAlone);
    const analysis::Analysis analysis = analysis::analyze(recording, symbols);
    std::string input = compare::to_json(compare::make_figures(analysis, analysis));
    input += std::string(1, '\0') + input + std::string(1, '\0') +
             "[check]\nmax-regression = \"5%\"\n[check.min-speedup]\n2 = 1.5\n[check.max-loss]\nlock_wait = 0.3\n";
    seeds.write("figures", "check", input);
}

/// Of this program itself: what stands before and behind its largest parts would make inputs too large, so a library.
void write_objects(const Seeds& seeds, const std::filesystem::path& objects) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(objects, failed)) {
        const std::vector<std::byte> bytes = tests::TemporaryFolder::read(entry.path());
        seeds.write("elf", entry.path().filename().string(), bytes);
    }
}

/// A header with one row, an entry without augmentation and one for a function of 256 bytes.
void write_unwind_tables(const Seeds& seeds) {
    const unsigned char tables[] = {1,    0x1b, 0x03, 0x3b, 24,   0,    0,    0, 1,    0,    0,    0,    0,    0, 0, 0,
                                    0x30, 0,    0,    0,    0,    0,    0,    0, 0x14, 0,    0,    0,    0,    0, 0, 0,
                                    1,    'z',  'R',  0,    1,    0x78, 0x10, 1, 0x1b, 0x0c, 7,    8,    0x90, 1, 0, 0,
                                    0x14, 0,    0,    0,    0x1c, 0,    0,    0, 0xc8, 0xff, 0xff, 0xff, 0,    1, 0, 0,
                                    0,    0x41, 0x0e, 0x10, 0x86, 2,    0x0d, 6, 0,    0};
    seeds.write("unwind", "one_function", tables);
}

void write_texts(const Seeds& seeds) {
    const std::vector<std::pair<std::string, std::string>> texts = {
        {"line_table", "\x80\x00\xd8\x08\x0d\x80\x41\xf0\x03\x01\x01\x01"},
        {"mangled", "_ZN2at6native12_GLOBAL__N_114parallel_sort_IfEEvRKNS_6TensorES5_.omp_fn.0"},
        {"cython", "__pyx_pw_7sklearn_4tree_5_tree_4Tree_3fit"},
        {"odd", "caf\xc3\xa9 \xe2\x80\xae ##[error] ::warning \x1b[31m \xf0\x9f\x98\x80 \xff"}};
    for (const auto& [name, text] : texts) seeds.write("text", name, text);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return std::fprintf(stderr, "usage: fuzz_seeds FOLDER OBJECTS\n"), 2;
    const Seeds seeds(argv[1]);
    seeds.write("report", "small", fuzz::to_bytes(small_script()));
    seeds.write("stream", "one_thread", tests::small_stream(1).bytes());
    seeds.write("stream", "two_threads", tests::small_stream(2).bytes());
    const tests::TemporaryFolder folder;
    tests::pack_small_recording(folder / "a.ftscale");
    seeds.write("file", "small", tests::TemporaryFolder::read(folder / "a.ftscale"));
    seeds.write("manifest", "full", recording::to_json(tests::full_manifest()));
    seeds.write("manifest", "sweep", recording::to_json(fuzz::small_sweep()));
    write_figures(seeds);
    write_objects(seeds, argv[2]);
    write_unwind_tables(seeds);
    write_texts(seeds);
    std::printf("%d seeds\n", seeds.count());
    return 0;
}

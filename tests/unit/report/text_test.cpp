// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/text.h"

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "report/sections.h"
#include "report/text_width.h"
#include "sample_analyses.h"
#include "support/catch.h"

namespace ftscale {
namespace {

std::string text_of(const analysis::Analysis& analysis, const report::TextOptions& options = {}) {
    std::ostringstream out;
    report::write_text(analysis, out, options);
    return out.str();
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string without_colours(const std::string& text) {
    return std::regex_replace(text, std::regex("\x1b\\[[0-9;]*m"), "");
}

/// UPDATE_GOLDEN=1 rewrites the file instead.
void check_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(FTSCALE_GOLDEN_DIR) + "/" + name + ".txt";
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    std::ifstream in(path, std::ios::binary);
    std::ostringstream golden;
    golden << in.rdbuf();
    INFO(path << " differs; after checking by eye, UPDATE_GOLDEN=1 rewrites it");
    CHECK(text == golden.str());
}

TEST_CASE("text reports are as the golden files have them") {
    for (const auto& [name, analysis] : tests::sample_analyses()) check_golden(name, text_of(analysis));
    check_golden("shared_list_ascii", text_of(tests::shared_list(), {false, true}));
    check_golden("many_thread_counts_colour", text_of(tests::many_thread_counts(), {true, false}));
}

TEST_CASE("no line is wider than 80 columns, ends in a blank, or holds a control character") {
    for (const bool ascii : {false, true})
        for (const auto& [name, analysis] : tests::sample_analyses())
            for (const std::string& line : lines_of(text_of(analysis, {false, ascii}))) {
                INFO(name << ": " << line);
                CHECK(report::display_width(line) <= 80);
                CHECK((line.empty() || line.back() != ' '));
                CHECK(report::printable(line) == line);
            }
}

TEST_CASE("colours change nothing but colours") {
    for (const auto& [name, analysis] : tests::sample_analyses()) {
        INFO(name);
        const std::string coloured = text_of(analysis, {true, false});
        CHECK(coloured != text_of(analysis));
        std::string plain = without_colours(coloured);
        plain = std::regex_replace(plain, std::regex(" +\n"), "\n");
        CHECK(plain == text_of(analysis));
    }
}

TEST_CASE("the ASCII option draws with ASCII only") {
    for (const auto& analysis : {tests::many_thread_counts(), tests::shared_objects(), tests::stopped_world(),
                                 tests::hardware_counters(), tests::software_counters()})
        for (const unsigned char byte : text_of(analysis, {false, true})) CHECK(byte < 0x80);
}

/// The numbers of the row that begins with `label`.
std::vector<double> numbers_of(const std::vector<std::string>& lines, const std::string& label, std::size_t columns) {
    for (const std::string& line : lines) {
        if (line.rfind("  " + label, 0) != 0) continue;
        std::istringstream words(line.substr(16));
        std::vector<double> numbers;
        for (std::string word; numbers.size() < columns && words >> word;)
            numbers.push_back(word == "·" ? 0 : std::stod(word));
        return numbers;
    }
    return {};
}

TEST_CASE("the ledger's printed columns add up") {
    const auto lines = lines_of(text_of(tests::shared_list()));
    std::vector<double> sums(2);
    for (const char* label : {"useful  ", "work  ", "lock_wait  ", "spin  ", "serial  ", "unknown  "}) {
        const auto numbers = numbers_of(lines, label, 2);
        INFO(label);
        REQUIRE(numbers.size() == 2);
        for (std::size_t i = 0; i < 2; ++i) sums[i] += numbers[i];
    }
    CHECK(sums[0] == Approx(1).margin(1e-9));
    CHECK(sums[1] == Approx(2).margin(1e-9));
    CHECK(numbers_of(lines, "useful + lost", 2) == std::vector<double>{1, 2});
}

TEST_CASE("what work's growth is due to adds up to its row as printed") {
    const auto lines = lines_of(text_of(tests::hardware_counters()));
    const auto work = numbers_of(lines, "work  ", 3);
    REQUIRE(work.size() == 3);
    std::vector<double> sums(3);
    for (const char* label : {"  instructions  ", "  IPC  ", "  clock  "}) {
        const auto numbers = numbers_of(lines, label, 3);
        INFO(label);
        REQUIRE(numbers.size() == 3);
        for (std::size_t i = 0; i < 3; ++i) sums[i] += numbers[i];
    }
    for (std::size_t i = 0; i < 3; ++i) CHECK(sums[i] == Approx(work[i]).margin(1e-9));
}

TEST_CASE("a machine without a PMU has no rows that hang on it, and the text says why") {
    const std::string text = text_of(tests::software_counters());
    CHECK(text.find("IPC") == std::string::npos);
    CHECK_THAT(text, ContainsSubstring("Without cycles and instructions it is not split further."));
    CHECK_THAT(text, ContainsSubstring("missing    cycles, instructions: this machine shows no hardware counters"));
    CHECK_THAT(text, ContainsSubstring("the kernel's records of each switch"));
    CHECK_THAT(text, ContainsSubstring("1,204"));
    CHECK_THAT(text_of(tests::shared_list()), ContainsSubstring("counted    nothing"));
    CHECK(text_of(tests::shared_list()).find("COUNTERS") == std::string::npos);
}

TEST_CASE("estimates are marked where they stand") {
    const std::string text = text_of(tests::hardware_counters());
    CHECK_THAT(text, ContainsSubstring("~line"));
    CHECK_THAT(text, ContainsSubstring("~ is an estimate"));
    CHECK_THAT(text, ContainsSubstring("(user), estimated by counting 52 % of the time:"));
    analysis::Analysis exact = tests::hardware_counters();
    for (analysis::CounterFacts& counter : exact.measurement.counters) counter.running_share = 1;
    CHECK(text_of(exact).find('~') == std::string::npos);
}

TEST_CASE("the verdict says how fast, how much is lost, and to what") {
    CHECK(report::verdict_sentence(tests::shared_list()) ==
          "2 threads run 1.31x as fast as one: 0.69 of 2 cores are lost, most of it to a lock.");
    CHECK(report::verdict_sentence(tests::scales_well()) ==
          "4 threads run 3.94x as fast as one: of 4 cores next to nothing is lost.");
    CHECK_THAT(report::verdict_sentence(tests::many_thread_counts()), ContainsSubstring("The best is"));
    CHECK_THAT(report::verdict_sentence(tests::one_thread_count()), ContainsSubstring("4 threads only"));
    CHECK(report::verdict_sentence(tests::failed_runs()) == "Nothing was measured: no run has figures.");
    CHECK_THAT(report::verdict_sentence(tests::weak_scaling()),
               ContainsSubstring("do 3.08x the work of one in the same time"));
    CHECK_THAT(report::verdict_sentence(tests::slower_with_gil()), ContainsSubstring("which is slower"));
    CHECK_THAT(report::verdict_sentence(tests::shared_objects()),
               ContainsSubstring("most of it to the reference count of a shared object."));
    CHECK_THAT(report::verdict_sentence(tests::stopped_world()), ContainsSubstring("to garbage collection."));
}

TEST_CASE("a verdict on a script that does not heed the thread count blames nothing else") {
    CHECK(report::verdict_sentence(tests::ignored_count()) ==
          "The script does the same at 1 and 2 threads, in 1.00x the time: it seems to take no notice of the thread "
          "count.");
    CHECK(report::verdict_sentence(tests::multiplied_work()) ==
          "2 threads take 1.01x the time of one, for each seems to do the whole work.");
    analysis::Analysis weak = tests::ignored_count();
    weak.manifest.sweep.scaling = recording::Scaling::Weak;
    CHECK_THAT(report::verdict_sentence(weak),
               ContainsSubstring("The speed-up counts more work with more threads, and there was none."));
    CHECK(text_of(tests::ignored_count()).find("without it") == std::string::npos);
}

TEST_CASE("a function stands at the line of what it lost most to") {
    analysis::Analysis analysis = tests::ignored_count();
    analysis::Function& work = analysis.whole.runs.back().functions.front();
    work.hot_line = 9;
    work.hot_lines[account::Category::Serial] = 6;
    work.hot_lines[account::Category::Work] = 9;
    CHECK_THAT(text_of(analysis), ContainsSubstring("bench.py:6 "));
}

TEST_CASE("a verdict blames one object only where one makes up most of it") {
    analysis::Analysis analysis = tests::shared_objects();
    analysis.whole.runs.back().objects.front().count = 12;
    CHECK_THAT(report::verdict_sentence(analysis), ContainsSubstring("to reference counts of shared objects."));
}

TEST_CASE("a verdict blames collections only where they stopped the world") {
    analysis::Analysis analysis = tests::stopped_world();
    analysis.whole.runs.back().pauses.front().reason = account::StopReason::ClassAssignment;
    CHECK_THAT(report::verdict_sentence(analysis), ContainsSubstring("to stop-the-world pauses."));
}

TEST_CASE("objects and pauses too small to matter have no section") {
    analysis::Analysis analysis = tests::shared_objects();
    for (analysis::Object& object : analysis.whole.runs.back().objects) object.lost_cores = 0.004;
    CHECK(text_of(analysis).find("OBJECTS") == std::string::npos);
    analysis = tests::stopped_world();
    analysis::RunResult& run = analysis.whole.runs.back();
    for (analysis::Pause& pause : run.pauses) pause.stopped_s = 0.0001;
    CHECK_THAT(text_of(analysis), ContainsSubstring("32 collections"));
    run.collections.clear();
    CHECK(text_of(analysis).find("STOP-THE-WORLD") == std::string::npos);
}

TEST_CASE("a verdict blames nothing when no cause stands out") {
    analysis::Analysis analysis = tests::shared_list();
    analysis::RunResult& run = analysis.whole.runs.back();
    for (const auto category : account::kAllCategories) run.loss[category] = run.loss_s / account::kCategoryCount;
    CHECK(report::verdict_sentence(analysis) == "2 threads run 1.31x as fast as one: 0.69 of 2 cores are lost.");
}

TEST_CASE("a report on one thread count of a sweep explains that one") {
    analysis::Analysis analysis = tests::many_thread_counts();
    std::erase_if(analysis.whole.runs, [](const analysis::RunResult& run) { return run.threads != 8; });
    CHECK_THAT(report::verdict_sentence(analysis), ContainsSubstring("8 threads run"));
    CHECK_THAT(text_of(analysis), ContainsSubstring("lost cores at 8 threads"));
    std::erase_if(analysis.whole.runs, [](const analysis::RunResult&) { return true; });
    CHECK_THAT(text_of(analysis), ContainsSubstring("Nothing was measured"));
}

TEST_CASE("warnings that change what figures mean stand right below the verdict") {
    const std::string text = text_of(tests::slower_with_gil());
    CHECK(text.find("the GIL was on") < text.find("SPEED-UP"));
    CHECK(text.find("one run per thread count") == std::string::npos);
    const std::string single = text_of(tests::no_samples());
    CHECK(single.find("one run per thread count") > single.find("MEASUREMENT"));
    CHECK_THAT(single, ContainsSubstring("dropped    4,321 (stream_full)"));
}

}  // namespace
}  // namespace ftscale

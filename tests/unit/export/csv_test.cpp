// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/csv.h"

#include <sstream>

#include "../analysis/analysed.h"
#include "base/error.h"
#include "support/small_profile.h"

namespace ftscale::tests {
namespace {

using Row = std::vector<std::string>;

/// A reader of RFC 4180 that knows nothing of the writer.
std::vector<Row> read_csv(const std::string& text) {
    std::vector<Row> rows(1, Row(1));
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string& field = rows.back().back();
        if (quoted && text.substr(i, 2) == "\"\"") {
            field += text[i++];
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (quoted) {
            field += text[i];
        } else if (text[i] == ',') {
            rows.back().emplace_back();
        } else if (text.substr(i, 2) == "\r\n") {
            ++i;
            rows.emplace_back(1);
        } else {
            field += text[i];
        }
    }
    CHECK_FALSE(quoted);
    CHECK(rows.back() == Row(1));
    rows.pop_back();
    for (const Row& row : rows) CHECK(row.size() == 9);
    return rows;
}

std::vector<Row> csv(const analysis::Analysis& analysis, int threads = 0) {
    std::ostringstream out;
    exports::write_csv(analysis, threads, out);
    std::vector<Row> rows = read_csv(out.str());
    REQUIRE_FALSE(rows.empty());
    CHECK(rows[0] ==
          Row{"threads", "category", "function", "file", "line", "language", "ledger_s", "loss_s", "lost_cores"});
    rows.erase(rows.begin());
    return rows;
}

double sum_of(const std::vector<Row>& rows, std::size_t column, const std::string& threads,
              const std::string& category = {}) {
    double sum = 0;
    for (const Row& row : rows)
        if (row[0] == threads && (category.empty() || row[1] == category)) sum += std::stod(row[column]);
    return sum;
}

analysis::Analysis two_threads() {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), crunch = story.native("crunch", f);
    const StoryLock list = story.object_lock("list");
    story.run(1, 120).thread("w").works(100, f).works(20, crunch);
    RunStory& two = story.run(2, 100);
    two.thread("a").works(60, f).waits(40, list, f);
    two.thread("b").works(80, f).works(20, crunch);
    return analysed(story);
}

TEST_CASE("a name that a spreadsheet would compute stays a text") {
    Story story;
    story.run(1, 100).thread("w").works(100, story.python("=cmd|' /C calc'!A0", "/app.py", 3));
    const std::vector<Row> rows = csv(analysed(story));
    REQUIRE_FALSE(rows.empty());
    CHECK(rows[0][2] == "'=cmd|' /C calc'!A0");
}

TEST_CASE("the table sums to the ledger and to the loss, by thread count and category") {
    const analysis::Analysis analysis = two_threads();
    const std::vector<Row> rows = csv(analysis);
    for (const analysis::RunResult& run : analysis.whole.runs) {
        const std::string threads = std::to_string(run.threads);
        CHECK(sum_of(rows, 6, threads) == Approx(run.capacity_s));
        CHECK(sum_of(rows, 7, threads) == Approx(run.loss_s).margin(1e-9));
        for (const account::Category category : account::kAllCategories) {
            const char* name = account::category_name(category);
            CHECK(sum_of(rows, 6, threads, name) == Approx(run.ledger[category]).margin(1e-8));
            CHECK(sum_of(rows, 8, threads, name) == Approx(run.lost_cores(category)).margin(1e-5));
        }
    }
    CHECK(sum_of(rows, 6, "2", "lock_wait") == Approx(0.040));
}

TEST_CASE("one thread count alone") {
    const std::vector<Row> rows = csv(two_threads(), 2);
    CHECK(sum_of(rows, 6, "1") == 0);
    CHECK(sum_of(rows, 6, "2") == Approx(0.200));
}

TEST_CASE("a table of a thread count that the recording does not have is refused") {
    const analysis::Analysis analysis = two_threads();
    CHECK_NOTHROW(exports::check_csv_threads(analysis, 0));
    CHECK_NOTHROW(exports::check_csv_threads(analysis, 2));
    CHECK_THROWS_AS(exports::check_csv_threads(analysis, 3), base::Error);
    CHECK_THROWS_AS(exports::check_csv_threads(analysis::Analysis{}, 0), base::Error);
}

TEST_CASE("odd names come out of quotes as they went in, but for what is not UTF-8") {
    analysis::Analysis analysis;
    analysis::RunResult run;
    run.capacity_s = 1;
    for (const std::string& name : odd_names()) {
        analysis::Function function;
        function.place = {name, "/odd \"file\".py", 7, false};
        function.self[account::Category::Work] = 0.1;
        run.functions.push_back(function);
    }
    analysis.whole.runs.push_back(run);
    const std::vector<Row> rows = csv(analysis);
    const std::vector<std::string> names = odd_names_in_utf8();
    REQUIRE(rows.size() == names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        CHECK(rows[i][2] == names[i]);
        CHECK(rows[i][3] == "/odd \"file\".py");
    }
}

}  // namespace
}  // namespace ftscale::tests

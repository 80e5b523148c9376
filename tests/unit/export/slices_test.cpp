// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/slices.h"

#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Category;
using analysis::Span;
using exports::make_slices;
using exports::Slices;

/// Node 1 and 2 are lines of f, 3 is of g.
analysis::CallTree tree() {
    analysis::CallTree tree;
    tree.functions = {{"f", "/app.py", 1, false}, {"g", "/app.py", 9, false}};
    tree.nodes = {{}, {0, 0, 2}, {0, 0, 3}, {0, 1, 9}};
    return tree;
}

/// One after the other, lengths in nanoseconds.
class Row {
  public:
    Row& then(std::int64_t length_ns, Category category, std::uint32_t node = 1) {
        Span span;
        span.begin_s = static_cast<double>(now_ns_) * 1e-9;
        span.end_s = static_cast<double>(now_ns_ + length_ns) * 1e-9;
        span.category = category;
        span.node = node;
        spans.push_back(span);
        return gap(length_ns);
    }
    Row& gap(std::int64_t length_ns) {
        now_ns_ += length_ns;
        return *this;
    }
    std::vector<Span> spans;

  private:
    std::int64_t now_ns_ = 0;
};

std::int64_t total_us(const Slices& slices) {
    std::int64_t sum = 0;
    for (const exports::Slice& slice : slices) sum += slice.end_us - slice.begin_us;
    return sum;
}

TEST_CASE("neighbours that show the same are one slice, others are not") {
    Row row;
    row.then(5000, Category::Work, 1).then(5000, Category::Work, 2);  // two lines of a function
    row.then(5000, Category::Work, 3);                                // another function
    row.then(5000, Category::LockWait, 3);
    row.gap(1000).then(5000, Category::LockWait, 3);  // not seen in between
    const Slices slices = make_slices(row.spans, tree(), 1);
    REQUIRE(slices.size() == 4);
    CHECK(slices[0].begin_us == 0);
    CHECK(slices[0].end_us == 10);
    CHECK(slices[3].begin_us == 21);
    CHECK(total_us(slices) == 25);
}

TEST_CASE("what is too short is part of its neighbour") {
    Row row;
    row.then(50000, Category::Work).then(2000, Category::Spin).then(50000, Category::Work).then(3000, Category::Spin);
    CHECK(make_slices(row.spans, tree(), 1).size() == 4);
    const Slices slices = make_slices(row.spans, tree(), 4);
    REQUIRE(slices.size() == 1);
    CHECK(slices[0].end_us == 105);
    CHECK(slices[0].span->category == Category::Work);
}

TEST_CASE("less than a microsecond leaves no gap") {
    Row row;
    row.then(50000, Category::Work).then(200, Category::Spin).then(50000, Category::Work, 3);
    const Slices slices = make_slices(row.spans, tree(), 1);
    REQUIRE(slices.size() == 2);
    CHECK(slices[0].end_us == slices[1].begin_us);
    CHECK(total_us(slices) == 100);
}

TEST_CASE("many that are too short are slices of their own, shown as the longest") {
    Row row;
    row.then(50000, Category::Work);
    for (int i = 0; i < 10; ++i) row.then(600, Category::LockWait).then(400, Category::Spin);
    const Slices slices = make_slices(row.spans, tree(), 1);
    REQUIRE(slices.size() == 2);
    CHECK(slices[1].span->category == Category::LockWait);
    CHECK(slices[1].end_us - slices[1].begin_us == 10);
}

TEST_CASE("a slice shows the state that takes most of it, not its longest span") {
    Row row;
    row.then(3000, Category::Work);
    for (int i = 0; i < 4; ++i) row.then(2000, Category::LockWait).then(1000, Category::Work, 3);
    const Slices slices = make_slices(row.spans, tree(), 100);
    REQUIRE(slices.size() == 1);
    CHECK(slices[0].span->category == Category::LockWait);
}

TEST_CASE("a thread that was seen for a moment is a slice all the same, and nothing is none") {
    CHECK(make_slices(Row().then(2000, Category::Work).spans, tree(), 1000).size() == 1);
    CHECK(make_slices({}, tree(), 1).empty());
}

TEST_CASE("a timeline is as coarse as it has to be") {
    analysis::RunProfile run;
    Row row;
    for (int i = 0; i < 1000; ++i) row.then(3000, Category::Work).then(3000, Category::LockWait);
    run.wall_s = 6e-3;
    run.thread_profiles.resize(2);
    run.thread_profiles[0].spans = row.spans;
    const exports::Timeline fine = exports::make_timeline(run, tree(), 5000);
    CHECK(fine.resolution_us == 1);
    CHECK(fine.threads.at(0).size() == 2000);
    CHECK(fine.threads.at(1).empty());
    const exports::Timeline coarse = exports::make_timeline(run, tree(), 500);
    CHECK(coarse.resolution_us > 1);
    CHECK(coarse.threads.at(0).size() <= 500);
    CHECK(total_us(coarse.threads.at(0)) == 6000);
}

}  // namespace
}  // namespace ftscale::tests

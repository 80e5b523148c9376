// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/pprof.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "export/gzip.h"
#include "export/text.h"
#include "read_pprof.h"
#include "support/catch.h"
#include "support/small_profile.h"

using namespace ftscale;
using namespace ftscale::tests;
using exports::Selection;
using exports::What;

namespace {

constexpr std::int64_t kMs = 1'000'000;  // ns

PprofFile exported(const analysis::Profile& profile, const Selection& selection) {
    std::ostringstream out;
    exports::write_pprof(profile, selection, out);
    return read_pprof(out.str());
}

Selection selection_of(What what, int threads = 0) {
    Selection selection;
    selection.what = what;
    selection.threads = threads;
    return selection;
}

/// The sum over samples that have the label.
std::int64_t labelled(const PprofFile& file, const std::string& type, const std::string& key, const std::string& text) {
    PprofFile part = file;
    std::erase_if(part.samples, [&](const PprofSample& sample) {
        const auto found = sample.labels.find(key);
        return found == sample.labels.end() || found->second != text;
    });
    return part.total(type);
}

}  // namespace

TEST_CASE("pprof: time on CPU and samples, by thread and category") {
    const PprofFile file = exported(small_profile(), selection_of(What::Cpu));
    CHECK(file.types == std::vector<std::string>{"samples/count", "cpu/nanoseconds"});
    CHECK(file.default_type == "cpu");
    CHECK(file.total("cpu/nanoseconds") == 80 * kMs);  // 30 of the main thread, 50 of the worker
    CHECK(file.total("samples/count") == 6);           // the mean of 6 and 5, rounded
    CHECK(labelled(file, "cpu/nanoseconds", "thread", "MainThread") == 30 * kMs);
    CHECK(labelled(file, "cpu/nanoseconds", "category", "refcount") == 10 * kMs);
    CHECK(labelled(file, "samples/count", "category", "refcount") == 1);
    for (const PprofSample& sample : file.samples) {
        CHECK(sample.numbers.at("nthreads") == 2);
        CHECK(sample.labels.at("python_version") == "3.14.0");
        CHECK(sample.stack.back() == "<module> (app.py:1)");
    }
}

TEST_CASE("pprof: waits are contentions and delay, at the waiter or at the holder") {
    Selection selection = selection_of(What::Wait);
    PprofFile file = exported(small_profile(), selection);
    CHECK(file.types == std::vector<std::string>{"contentions/count", "delay/nanoseconds"});
    CHECK(file.total("contentions/count") == 2);
    CHECK(file.total("delay/nanoseconds") == 40 * kMs);
    const auto lock_wait = std::find_if(file.samples.begin(), file.samples.end(), [](const PprofSample& sample) {
        return sample.labels.at("category") == "lock_wait";
    });
    REQUIRE(lock_wait != file.samples.end());
    CHECK(lock_wait->stack == std::vector<std::string>{"list_append", "collect (app.py:12)", "<module> (app.py:1)"});
    CHECK(lock_wait->values == std::vector<std::int64_t>{1, 30 * kMs});
    CHECK(lock_wait->labels.at("lock_kind") == "object");
    CHECK(lock_wait->labels.at("lock_type") == "list");
    CHECK(lock_wait->labels.at("side") == "waiter");

    selection.side = exports::Side::Holder;
    file = exported(small_profile(), selection);
    CHECK(file.total("delay/nanoseconds") == 40 * kMs);
    CHECK(labelled(file, "delay/nanoseconds", "side", "holder") == 40 * kMs);
    // Nobody ended the sleep.
    CHECK(std::any_of(file.samples.begin(), file.samples.end(),
                      [](const PprofSample& sample) { return sample.stack == std::vector<std::string>{"[sleep]"}; }));
}

TEST_CASE("pprof: all that is known is in one file") {
    Selection selection = selection_of(What::All);
    PprofFile file = exported(small_profile(), selection);
    CHECK(file.types == std::vector<std::string>{"samples/count", "cpu/nanoseconds", "contentions/count",
                                                 "delay/nanoseconds", "capacity/nanoseconds"});
    CHECK(file.total("cpu/nanoseconds") == 80 * kMs);
    CHECK(file.total("delay/nanoseconds") == 40 * kMs);
    CHECK(file.total("capacity/nanoseconds") == 120 * kMs);  // two threads for 60 ms

    selection.thread = "worker-1";
    file = exported(small_profile(), selection);
    CHECK(file.types.size() == 4);
    CHECK(file.total("cpu/nanoseconds") == 50 * kMs);
    CHECK(file.total("delay/nanoseconds") == 10 * kMs);
}

TEST_CASE("pprof: loss may be negative, counts are counts, and unknown choices are refused") {
    PprofFile file = exported(small_profile(), selection_of(What::Loss));
    CHECK(file.types == std::vector<std::string>{"loss/nanoseconds"});
    CHECK(file.total("loss/nanoseconds") == 20 * kMs);
    CHECK(labelled(file, "loss/nanoseconds", "category", "work") == -40 * kMs);

    file = exported(small_profile(), selection_of(What::Refcount));
    CHECK(file.types == std::vector<std::string>{"refcount/nanoseconds"});
    CHECK(file.total("refcount/nanoseconds") == 10 * kMs);

    Selection counter = selection_of(What::Counter);
    counter.counter = "page-faults";
    file = exported(small_profile(), counter);
    CHECK(file.types == std::vector<std::string>{"page-faults/count"});
    CHECK(file.total("page-faults/count") == 23);
    counter.counter = "cycles";
    std::ostringstream out;
    CHECK_THROWS_AS(exports::write_pprof(small_profile(), counter, out), base::Error);
}

TEST_CASE("pprof: what the file says about itself") {
    const PprofFile file = exported(small_profile(), selection_of(What::Cpu, 1));
    CHECK(file.mappings == 1);
    CHECK(file.mapping_file == "/usr/bin/python3.14t");
    CHECK(file.time_ns == 1'787'307'072'000'000'000);  // 2026-08-21T10:11:12Z
    CHECK(file.duration_ns == 100 * kMs);
    CHECK(file.period_type == "cpu/nanoseconds");
    CHECK(file.period_ns == kMs);
    CHECK(file.comments.at(0) == "ftscale 0.1.0: app.py {threads}");
    CHECK(file.comments.at(1) == "1 thread, mean of 1 run");
    REQUIRE(file.functions.size() == 2);
    CHECK(file.functions[0].name == "collect (app.py:12)");
    CHECK(file.functions[0].system_name == "collect");
    CHECK(file.functions[0].filename == "/home/me/app.py");
    CHECK(file.functions[0].start_line == 12);
    CHECK(file.lines == std::vector<std::int64_t>{14, 30});
}

TEST_CASE("pprof: means of repeats keep their sum") {
    analysis::Profile profile = small_profile();
    profile.runs.push_back(profile.runs.back());  // three repeats with 6, 5 and 5 samples
    const PprofFile file = exported(profile, selection_of(What::Cpu));
    CHECK(file.total("samples/count") == 5);
    CHECK(file.total("cpu/nanoseconds") == 80 * kMs);
}

TEST_CASE("pprof: odd names survive") {
    const PprofFile file = exported(odd_profile(), selection_of(What::All));
    for (const std::string& odd : odd_names()) {
        const std::string name = exports::valid_utf8(odd);
        CHECK(std::count_if(file.functions.begin(), file.functions.end(), [&name](const PprofFunction& function) {
                  return function.name == name || function.system_name == name;
              }) == 1);
    }
    // Or else pprof shortens names.
    for (const PprofFunction& function : file.functions) CHECK(function.name != function.system_name);
    CHECK(exports::valid_utf8("bad \xff\xc3 bytes") == "bad \uFFFD\uFFFD bytes");
    CHECK(file.samples.front().labels.at("thread") == odd_names()[3] + odd_names()[4]);
}

TEST_CASE("gzip: what is packed comes back, and is the same each time") {
    std::string bytes;
    for (unsigned i = 0; i < 300'000; ++i) bytes += std::to_string(i * 7919 % 1000);
    for (const std::string& text : {std::string(), std::string("short"), bytes}) {
        CHECK(gunzip(exports::gzip(text)) == text);
        CHECK(exports::gzip(text) == exports::gzip(text));
    }
}

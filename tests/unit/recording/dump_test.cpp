// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/dump.h"

#include <fmt/format.h>

#include <sstream>

#include "recording/pack.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "unit/recording/small_recording.h"

using namespace ftscale;
using namespace ftscale::recording;
using tests::TemporaryFolder;

namespace {

std::string dumped(const std::filesystem::path& path, const DumpOptions& options = {}) {
    std::ostringstream out;
    dump(path, out, options);
    return out.str();
}

std::string small_dump(const DumpOptions& options = {}) {
    const TemporaryFolder folder;
    tests::pack_small_recording(folder / "a.ftscale");
    return dumped(folder / "a.ftscale", options);
}

std::string dump_of(const tests::StreamBuilder& stream) {
    const TemporaryFolder folder;
    folder.write("run-1/process-5.stream", stream.bytes());
    pack(tests::small_manifest(), folder.path(), folder / "a.ftscale");
    return dumped(folder / "a.ftscale");
}

}  // namespace

TEST_CASE("a dump is the manifest, then a line for each record, with its stack below") {
    const std::string text = small_dump();
    CHECK_THAT(text, ContainsSubstring("manifest\n{\n  \"format\": \"ftscale.recording/1\""));
    CHECK_THAT(text,
               ContainsSubstring("run 1 threads=1 process 41\n  thread 0\n        0.100000 process_begin pid=41"));
    CHECK_THAT(text, ContainsSubstring("run 2 threads=2 process 42\n  thread 0\n"));
    CHECK_THAT(text, ContainsSubstring("\n        0.200000 process_event script_begin value=0\n"));
    CHECK_THAT(text,
               ContainsSubstring("\n        0.300000 sample cpu=0.650000 run_delay=unknown pc=0x401000 kernel=0/0\n"
                                 "                   [/no/such/python+0x1000]\n"
                                 "                   main (/app.py:1+6)\n"
                                 "                   [/no/such/python+0x1fff]\n"));
    CHECK_THAT(text, ContainsSubstring("wait_begin kind=sem_wait address=0x7ffe10 lock=0xabd0 object=0xabd0 "
                                       "type=0xabc0 entered=0.309000 own_stack\n"));
    CHECK_THAT(text, ContainsSubstring("dropped_busy=2 dropped_stream_full=0"));
}

TEST_CASE("every type of record has a word of its own") {
    const std::string text = small_dump();
    for (const char* word : {"process_begin", "thread_begin", "thread_name",  "thread_stat", "thread_end", "module",
                             "code",          "type",         "object",       "sample",      "gc_begin",   "gc_end",
                             "gil_module",    "wait_begin",   "wait_end",     "wake",        "spin_begin", "spin_end",
                             "region_begin",  "region_end",   "process_event"}) {
        const std::string in_line = fmt::format(" {}", word);
        CHECK((text.find(in_line + " ") != std::string::npos || text.find(in_line + "\n") != std::string::npos));
    }
}

TEST_CASE("a dump can be limited to a run") {
    DumpOptions options;
    options.run = 2;
    const std::string text = small_dump(options);
    CHECK_THAT(text, ContainsSubstring("run 2 threads=2"));
    CHECK_THAT(text, !ContainsSubstring("run 1 threads=1"));
}

TEST_CASE("a dump can be limited to types of records") {
    DumpOptions options;
    options.records = {"wait_begin", "wait_end"};
    const std::string text = small_dump(options);
    CHECK_THAT(text, ContainsSubstring("wait_begin kind=sem_wait"));
    CHECK_THAT(text, ContainsSubstring("[/no/such/python+0x30ff]\n                   Box.add (/app.py:20+12)\n"));
    CHECK_THAT(text, ContainsSubstring("wait_end error=0"));
    CHECK_THAT(text, !ContainsSubstring(" sample "));
    CHECK_THAT(text, !ContainsSubstring("(/app.py:1+6)"));
}

TEST_CASE("frames are named by whoever knows better") {
    DumpOptions options;
    options.name_frame = [](const Manifest& manifest, const DumpFrame& frame) {
        return frame.python
                   ? fmt::format("<{} {} {}>", manifest.argv.at(0), frame.code.name, frame.code.linetable.size())
                   : fmt::format("<{:x}>", frame.address);
    };
    CHECK_THAT(small_dump(options),
               ContainsSubstring(
                   "\n                   <1000>\n                   <script.py main 2>\n                   <1fff>\n"));
}

TEST_CASE("a name that contains a line break stays on its line") {
    tests::StreamBuilder stream;
    stream.thread(0)
        .begin(1, 2, "one\ntwo")
        .region_begin(3, "a\x1b[31m\tb")
        .code(1, "f\ng", "/a\r.py", 1)
        .sample(4, 0, {tests::python(1, 2)});
    const std::string text = dump_of(stream);
    CHECK_THAT(text, ContainsSubstring("name=one\\ntwo\n"));
    CHECK_THAT(text, ContainsSubstring("region_begin a\\x1b[31m\\tb\n"));
    CHECK_THAT(text, ContainsSubstring("f\\ng (/a\\r.py:1+2)\n"));
}

TEST_CASE("a name can neither command a terminal nor a runner of GitHub, nor hide what it is") {
    tests::StreamBuilder stream;
    stream.thread(0)
        .begin(1, 2, "##[error]x")
        .region_begin(3, "\u009b31m \u009d0;t\u009c \u202e \u061c \U000e0041 \u2028 \u00e9\u0301");
    const std::string text = dump_of(stream);
    CHECK_THAT(text, ContainsSubstring("name=##\\x5berror]x\n"));
    CHECK_THAT(text, ContainsSubstring("region_begin \\x9b31m \\x9d0;t\\x9c \\u202e \\u061c \\U000e0041 \\u2028 "
                                       "\u00e9\u0301\n"));
}

TEST_CASE("a dump says what is missing") {
    const TemporaryFolder folder;
    tests::pack_small_recording(folder / "a.ftscale");
    auto bytes = TemporaryFolder::read(folder / "a.ftscale");
    bytes.resize(bytes.size() - 40);
    CHECK_THAT(dumped(folder.write("b.ftscale", bytes)), ContainsSubstring("warning: "));
}

TEST_CASE("names that are no UTF-8 are written byte by byte, others as they are") {
    const tests::TemporaryFolder folder;
    tests::StreamBuilder stream;
    stream.thread(0)
        .process_begin(1, 41, "/no/such/python")
        .type(0x10, "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8d")
        .type(0x20, "a\xc0\x80z \xed\xa0\x80 \xff");
    folder.write("run-1/process-41.stream", stream.bytes());
    folder.write("manifest.json", to_json(tests::small_manifest()));
    std::ostringstream out;
    dump(folder.path(), out);
    CHECK_THAT(out.str(), ContainsSubstring("type 0x10 caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8d\n"));
    CHECK_THAT(out.str(), ContainsSubstring("type 0x20 a\\xc0\\x80z \\xed\\xa0\\x80 \\xff\n"));
}

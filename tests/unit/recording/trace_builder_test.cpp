// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/trace_builder.h"

#include "recording/counter_layout.h"
#include "support/catch.h"
#include "unit/recording/small_recording.h"

using namespace ftscale;
using namespace ftscale::recording;
using tests::python;
using tests::StreamBuilder;
using tests::ThreadStream;
using tests::Words;

namespace {

/// A recording of one process from its stream.
struct Built {
    Recording recording;
    Process process;
    SharedTables tables{recording};

    explicit Built(const StreamBuilder& stream) { add(stream); }
    void add(const StreamBuilder& stream) {
        process = {};
        const auto bytes = stream.bytes();
        TraceBuilder builder(tables, process);
        CHECK(read_stream(bytes, builder).empty());
        builder.finish();
    }
    const Thread& thread(std::size_t index = 0) const { return process.threads.at(index); }
    std::vector<Frame> frames(StackId stack) const {
        std::vector<Frame> frames;
        for (const FrameId id : recording.stacks.frames_of(stack)) frames.push_back(recording.stacks.frame(id));
        return frames;
    }
    std::vector<Frame> sample(std::size_t index) const { return frames(thread().samples.at(index).stack); }
    const CodeObject& code(const Frame& frame) const {
        return recording.codes.at(static_cast<std::size_t>(frame.code));
    }
    const std::string& module(const Frame& frame) const {
        return recording.modules.at(static_cast<std::size_t>(frame.module)).path;
    }
};

format::WaitBegin wait_on(std::uint64_t address) {
    format::WaitBegin wait{};
    wait.kind = static_cast<std::uint16_t>(format::WaitKind::SemWait);
    wait.address = address;
    return wait;
}

}  // namespace

TEST_CASE("the function a thread was started with, whether its module was named before or behind") {
    StreamBuilder stream;
    stream.thread(0).process_begin(1, 9, "/bin/python").begin(1, 9, "MainThread").end(9);
    stream.thread(1).begin(2, 10, "", 0x11000).module(0x10000, 0x20000, 0x8000, "/lib/pool.so").end(9);
    stream.thread(2).begin(3, 11, "", 0x11040).end(9);
    stream.thread(3).begin(4, 12, "", 0x99000).end(9);
    const Built built(stream);
    CHECK_FALSE(built.thread(0).start_routine);
    REQUIRE(built.thread(1).start_routine);
    const Frame& behind = built.recording.stacks.frame(*built.thread(1).start_routine);
    CHECK(behind.address == 0x9000);  // exact: no return address
    CHECK(built.module(behind) == "/lib/pool.so");
    REQUIRE(built.thread(2).start_routine);
    CHECK(built.recording.stacks.frame(*built.thread(2).start_routine).address == 0x9040);
    CHECK_FALSE(built.thread(3).start_routine);
}

TEST_CASE("a native frame is an address in its module's own terms, of the call for return addresses") {
    StreamBuilder stream;
    stream.thread(0)
        .process_begin(1, 9, "/bin/python")
        .module(0x10000, 0x20000, 0x8000, "/lib/a.so")
        .module(0x50000, 0x60000, 0x50000, "");
    stream.thread(0).sample(1, 0x11000, {0x11000, 0x12000, 0x50010, 0x20000, 0x20001, 0xdead});
    const Built built(stream);
    const auto frames = built.sample(0);
    REQUIRE(frames.size() == 6);
    CHECK(frames[0].address == 0x9000);  // where the thread was, exactly
    CHECK(built.module(frames[0]) == "/lib/a.so");
    CHECK(frames[1].address == 0x9fff);  // the call that returns to it
    CHECK(built.module(frames[2]) == "/bin/python");
    CHECK(frames[2].address == 0xf);
    CHECK(built.module(frames[3]) == "/lib/a.so");  // a call at the very end of a module
    CHECK(frames[4].module == ModuleId::None);      // the module ends before it
    CHECK(frames[4].address == 0x20000);
    CHECK(frames[5].module == ModuleId::None);
    CHECK(frames[5].address == 0xdeac);
}

TEST_CASE("an address is exact only where the sample's thread was, not where its function calls itself") {
    StreamBuilder stream;
    stream.thread(0)
        .sample(1, 0x100, {0x100, 0x100, 0x200})
        .sample(2, 0x200, {0x200})
        .sample(3, 0x300, {0x300, 0x100, 0x200});
    stream.thread(0)
        .sample(4, 0x100, {0x100, 0x200})
        .wait_begin(5, wait_on(1), {0x100, 0x200})
        .sample(6, 0x300, {python(1, 0), 0x300});
    const Built built(stream);
    const auto addresses = [&built](StackId stack) {
        std::vector<std::uint64_t> values;
        for (const Frame& frame : built.frames(stack)) values.push_back(frame.address);
        return values;
    };
    const auto& samples = built.thread().samples;
    CHECK(addresses(samples[0].stack) == std::vector<std::uint64_t>{0x100, 0xff, 0x1ff});
    CHECK(addresses(samples[1].stack) == std::vector<std::uint64_t>{0x200});
    CHECK(addresses(samples[2].stack) == std::vector<std::uint64_t>{0x300, 0xff, 0x1ff});
    CHECK(addresses(samples[3].stack) == std::vector<std::uint64_t>{0x100, 0x1ff});
    CHECK(addresses(built.thread().waits[0].stack) == std::vector<std::uint64_t>{0xff, 0x1ff});
    CHECK(addresses(samples[4].stack) == std::vector<std::uint64_t>{0, 0x300});
}

TEST_CASE("a Python frame names the code its thread means by the id") {
    StreamBuilder stream;
    stream.thread(0).code(1, "main", "/app.py", 1).sample(1, 0, {python(1, 6)});
    stream.thread(1).code(1, "Box.add", "/app.py", 20, "\x01\x02").sample(1, 0, {python(1, 8), python(2, 0)});
    const Built built(stream);
    const Frame mine = built.frames(built.thread(0).samples[0].stack)[0];
    CHECK(mine.python);
    CHECK(mine.instruction_offset == 6);
    CHECK(built.code(mine).qualname == "main");
    const auto other = built.frames(built.thread(1).samples[0].stack);
    CHECK(built.code(other[0]) == CodeObject{"add", "Box.add", "/app.py", 20, "\x01\x02"});
    CHECK(built.code(other[1]).qualname == "?");  // its record was lost
}

TEST_CASE("a code id that is defined again means the new code from there on, even in what stacks share") {
    StreamBuilder stream;
    stream.thread(0).code(1, "before", "/a.py", 1).sample(1, 0, {python(1, 2), 0x100});
    stream.thread(0).code(1, "after", "/b.py", 2).sample(2, 0, {python(1, 2), 0x100});
    const Built built(stream);
    CHECK(built.code(built.sample(0)[0]).qualname == "before");
    CHECK(built.code(built.sample(1)[0]).qualname == "after");
}

TEST_CASE("a module that takes the place of another has its addresses from there on") {
    StreamBuilder stream;
    stream.thread(0).module(0x1000, 0x3000, 0x1000, "/old.so").sample(1, 0x2000, {0x2000, 0x2100});
    stream.thread(0).module(0x2000, 0x4000, 0x2000, "/new.so").sample(2, 0x2000, {0x2000, 0x2100});
    const Built built(stream);
    CHECK(built.module(built.sample(0)[1]) == "/old.so");
    CHECK(built.module(built.sample(1)[0]) == "/new.so");
    CHECK(built.module(built.sample(1)[1]) == "/new.so");
    CHECK(built.sample(1)[1].address == 0xff);
}

TEST_CASE("code, modules, types and stacks of threads and processes are stored once") {
    // The same program at two places in memory, its code objects under other ids.
    const auto stream_at = [](std::uint64_t base, std::uint32_t id) {
        StreamBuilder stream;
        for (std::uint32_t ordinal = 0; ordinal < 2; ++ordinal) {
            stream.thread(ordinal)
                .module(base, base + 0x1000, base, "/lib/a.so")
                .code(id + ordinal, "work", "/app.py", 3)
                .type(0x10, "list");
            format::WaitBegin wait = wait_on(1);
            wait.object = 0x20;
            wait.object_type = 0x10;
            stream.thread(ordinal).wait_begin(1, wait, {base + 0x10, python(id + ordinal, 4), base + 0x20});
        }
        return stream;
    };
    Built built(stream_at(0x10000, 1));
    const StackId stack = built.thread(0).waits.at(0).stack;
    CHECK(built.thread(1).waits.at(0).stack == stack);
    built.add(stream_at(0x70000, 5));
    CHECK(built.thread(0).waits.at(0).stack == stack);
    CHECK(built.recording.codes.size() == 1);
    CHECK(built.recording.modules.size() == 1);
    CHECK(built.recording.types == std::vector<std::string>{"list"});
    CHECK(built.recording.stacks.stack_count() == 1 + 3);
    CHECK(built.thread(1).waits.at(0).object_type == static_cast<TypeId>(0));
}

TEST_CASE("waits that were written when they were over stand at the time they began") {
    StreamBuilder stream;
    stream.thread(0).sample(50, 0, {1}).wait_begin(10, wait_on(1), {2}).wait_end(40).sample(20, 0, {3});
    stream.thread(0)
        .wait_begin(5, wait_on(2), {2})
        .wait_end(7)
        .wake(9, {1, 0, 1, 0, 0}, {1})
        .wake(8, {1, 0, 1, 0, 0}, {1});
    const Thread thread = Built(stream).thread();
    CHECK(thread.samples[0].time_ns == 20);
    CHECK(thread.samples[1].time_ns == 50);
    CHECK(thread.waits[0].begin_ns == 5);
    CHECK(thread.waits[0].end_ns == 7);
    CHECK(thread.waits[1].end_ns == 40);
    CHECK(thread.wakes[0].time_ns == 8);
    CHECK(thread.last_ns == 50);
}

//  10        20    30      40            nothing more: killed in the second wait
//  |wait 1   |wait 2|      |
//            end ---^      ^--- end of wait 1
TEST_CASE("the end of a wait ends the latest that is open") {
    StreamBuilder stream;
    stream.thread(0)
        .wait_begin(10, wait_on(1), {1})
        .wait_begin(20, wait_on(2), {1})
        .wait_end(30, 11)
        .wait_end(40, 0, true);
    stream.thread(0).wait_end(41).wait_begin(50, wait_on(3), {1});
    const Thread thread = Built(stream).thread();
    REQUIRE(thread.waits.size() == 3);
    CHECK(thread.waits[0].end_ns == 40);
    CHECK(thread.waits[0].handed_off);
    CHECK(thread.waits[1].end_ns == 30);
    CHECK(thread.waits[1].error == 11);
    CHECK_FALSE(thread.waits[2].end_ns);
}

TEST_CASE("open waits and spins of one thread are not ended by another") {
    StreamBuilder stream;
    stream.thread(0).wait_begin(1, wait_on(1), {1}).spin_begin(2, {}, {1});
    stream.thread(1).begin(1, 7, "other").wait_end(3).spin_end(4, 5);
    const Built built(stream);
    CHECK_FALSE(built.thread(0).waits.at(0).end_ns);
    CHECK_FALSE(built.thread(0).spins.at(0).end_ns);
    CHECK(built.thread(1).waits.empty());
}

//  10        20                    60      70
//  |wait 1   |sample  (3 missing)  |wait 2 |
TEST_CASE("what was open where records are missing is known to have gone on until the last record before") {
    StreamBuilder stream;
    stream.thread(0).wait_begin(10, wait_on(1), {1}).spin_begin(12, {}, {1}).gc_begin(13, 2, {1}).sample(20, 0, {1});
    stream.thread(0).stat(55, {}).no_room(3, 28).new_chunk();
    stream.thread(0).wait_end(58).wait_begin(60, wait_on(2), {1}).wait_end(70).sample(80, 0, {1}).no_room(2, 27);
    stream.thread(0).wait_begin(90, wait_on(3), {1}).end(100);
    const Thread thread = Built(stream).thread();
    REQUIRE(thread.waits.size() == 3);
    CHECK(thread.waits[0].end_ns == 20);
    CHECK(thread.spins[0].end_ns == 20);
    CHECK(thread.collections[0].end_ns == 20);
    CHECK(thread.waits[1].end_ns == 70);
    CHECK(thread.waits[2].end_ns == 90);
    CHECK(thread.end_ns == 100);
    CHECK(thread.no_room == 5);
    CHECK(thread.no_room_error == 27);
}

TEST_CASE("a process that went on as another program, unless it could not") {
    StreamBuilder stream;
    stream.thread(0).event(10, format::Event::Exec, 0).event(11, format::Event::Exec, 1);
    CHECK_FALSE(Built(stream).process.exec_ns);
    stream.thread(0).event(20, format::Event::Exec, 0);
    CHECK(Built(stream).process.exec_ns == 20);
}

TEST_CASE("what a process knows at its end, how a thread was sampled, what threads without a chunk lost") {
    StreamBuilder stream;
    stream.thread(0).process_stat(10, {7, 2, 0}).chunkless(3, 40, 24).new_chunk().name(11, "main");
    stream.thread(1).sampler(5, format::Sampler::CpuTimer);
    const Built built(stream);
    CHECK(built.process.stat->children_cpu_ns == 7);
    CHECK(built.process.stat->forks_unrecorded == 2);
    CHECK(built.process.chunkless.threads == 3);
    CHECK(built.process.chunkless.records == 40);
    CHECK(built.process.chunkless.error == 24);
    CHECK_FALSE(built.thread(0).sampler);
    CHECK(built.thread(1).sampler->sampler == static_cast<std::uint32_t>(format::Sampler::CpuTimer));
}

TEST_CASE("regions pair by name, innermost first") {
    StreamBuilder stream;
    stream.thread(0)
        .region_begin(1, "a")
        .region_begin(2, "b")
        .region_begin(3, "a")
        .region_end(4, "a")
        .region_end(5, "a")
        .region_end(6, "c");
    const auto regions = Built(stream).thread().regions;
    REQUIRE(regions.size() == 3);
    CHECK(regions[0].end_ns == 5);
    CHECK_FALSE(regions[1].end_ns);
    CHECK(regions[2].name == "a");
    CHECK(regions[2].end_ns == 4);
}

TEST_CASE("the facts of process and thread are taken over") {
    StreamBuilder stream;
    format::ThreadStat stat{};
    stat.cpu_ns = 5;
    stream.thread(0)
        .process_begin(10, 77, "/bin/python")
        .begin(11, 78, "MainThread")
        .name(12, "renamed")
        .stat(13, stat);
    stat.cpu_ns = 6;
    stream.thread(0)
        .stat(14, stat)
        .event(20, format::Event::ScriptBegin, 0)
        .event(30, format::Event::ScriptEnd, 1)
        .event(40, format::Event::Exit, 3)
        .end(41);
    stream.thread(3)
        .begin(12, 79, "worker")
        .event(15, format::Event::Refused, static_cast<int>(format::Refusal::NotFreeThreaded));
    const Process process = Built(stream).process;
    CHECK(process.pid == 77);
    CHECK(process.executable == "/bin/python");
    CHECK(process.sampler == format::Sampler::CpuClock);
    CHECK(process.begin_ns == 10);
    CHECK(process.script_begin_ns == 20);
    CHECK(process.script_end_ns == 30);
    CHECK(process.exit_ns == 40);
    CHECK(process.gil_at_start == 0);
    CHECK(process.gil_at_end == 1);
    CHECK(process.refusal == format::Refusal::NotFreeThreaded);
    REQUIRE(process.threads.size() == 2);
    CHECK(process.threads[0].name == "renamed");
    CHECK(process.threads[0].tid == 78);
    CHECK(process.threads[0].end_ns == 41);
    REQUIRE(process.threads[0].stat);
    CHECK(process.threads[0].stat->cpu_ns == 6);
    CHECK(process.threads[1].ordinal == 3);
    CHECK_FALSE(process.threads[1].end_ns);
}

TEST_CASE("what the probe could not know is absent, not zero") {
    StreamBuilder stream;
    stream.thread(0).sample(1, 0, {}).event(2, format::Event::ScriptBegin, -1);
    format::WaitBegin wait = wait_on(1);
    wait.object = 0x20;
    wait.object_type = 0x30;  // its Type record was lost
    stream.thread(0).wait_begin(3, wait, {});
    const Built built(stream);
    CHECK_FALSE(built.thread().samples[0].run_delay_ns);
    CHECK(built.thread().samples[0].stack == StackId::Empty);
    CHECK_FALSE(built.process.gil_at_start);
    CHECK(built.thread().waits[0].object_type == TypeId::None);
}

TEST_CASE("a sample's objects come with their types, and its registers where there are objects") {
    StreamBuilder stream;
    format::Sample sample{};
    sample.pc = 0x1000;
    sample.ticks = 3;
    sample.kernel_ticks = 1;
    stream.thread(0)
        .type(0xaa0, "Box")
        .object(0x7700, 0xaa0, "box")
        .sample(1, sample, {{0, 0, 0, 0x7700}, {{0x7700, 0xaa0, 0x55}, {0x8800, 0xbb0, 0}}, {}}, {0x1000})
        .sample(2, 0x1000, {0x1000});
    const Built built(stream);
    const Thread& thread = built.thread();
    REQUIRE(thread.samples.size() == 2);
    const Sample& first = thread.samples[0];
    REQUIRE(first.object_count == 2);
    const SampledObject& box = thread.objects[first.first_object];
    CHECK(box.address == 0x7700);
    CHECK(box.owner == 0x55);
    CHECK(built.recording.types.at(static_cast<std::size_t>(box.type)) == "Box");
    CHECK(thread.objects[first.first_object + 1].type == TypeId::None);
    CHECK(thread.registers.at(first.first_register + 3) == 0x7700);
    CHECK(first.ticks == 3);
    CHECK(first.kernel_ticks == 1);
    CHECK(thread.samples[1].object_count == 0);
    CHECK(built.process.object_names.at({0x7700, box.type}) == "box");
}

TEST_CASE("a thread's counts, at samples and at marks; what does not fit the events is left out") {
    StreamBuilder stream;
    const format::Sample sample{};
    stream.thread(0)
        .process_begin(1, 7, "/bin/python")
        .counter(0, 0, "page-faults")
        .counter(1, 0, "context-switches")
        .counter(2, 1, "task-clock")
        .counter_reading(2, {10, 10, 3, 4, 20, 5, 6})
        .sample(3, sample, {{}, {}, {11, 11, 5, 4, 21, 6, 7}}, {0x1000})
        .sample(4, sample, {{}, {}, {12, 12, 6}}, {0x1000});
    stream.thread(1).sample(5, sample, {{}, {}, {1, 1, 2, 3, 4, 2, 5}}, {0x1000});
    const Built built(stream);
    REQUIRE(built.process.counters.size() == 3);
    CHECK(built.process.counters[2].name == "task-clock");
    CHECK(built.process.counters[2].group == 1);
    const Thread& thread = built.thread();
    const CounterLayout layout(built.process.counters);
    REQUIRE(layout.words() == 7);
    const auto words = [&layout](const Thread& of, std::uint32_t first) {
        return std::span(of.counter_words).subspan(first, layout.words());
    };
    REQUIRE(thread.readings.size() == 1);
    const CounterFigure clock = layout.figure(words(thread, thread.readings[0].first_word), 2);
    CHECK(clock.enabled_ns == 20);
    CHECK(clock.running_ns == 5);
    CHECK(clock.count == 6);
    CHECK(layout.figure(words(thread, thread.samples[0].first_counter_word), 0).count == 5);
    CHECK(layout.figure(words(thread, thread.samples[0].first_counter_word), 1).count == 4);
    CHECK(thread.samples[1].first_counter_word == kNoCounterWords);
    const Thread& other = built.process.threads.at(1);
    CHECK(layout.figure(words(other, other.samples[0].first_counter_word), 1).count == 3);
}

TEST_CASE("counters that are named behind a reading are none: a reading is as long as those before it say") {
    StreamBuilder stream;
    stream.thread(0).process_begin(1, 7, "/bin/python").counter(0, 0, "a").counter_reading(2, {1, 1, 5});
    for (std::uint32_t i = 1; i < format::kMostCounters; ++i) stream.thread(0).counter(i, i / 2, "more");
    const Built built(stream);
    CHECK(built.process.counters.size() == 1);
    REQUIRE(built.thread().readings.size() == 1);
    CHECK(built.thread().counter_words.size() == CounterLayout(built.process.counters).words());
}

TEST_CASE("collections have begin, end and what triggered them; one that was cut off has no end") {
    StreamBuilder stream;
    stream.thread(0).gc_begin(10, 1, {0x1000}).gc_end(30, 5).gc_begin(40, 2, {0x1000}).gil_module(50, "_legacy");
    const Built built(stream);
    const auto& collections = built.thread().collections;
    REQUIRE(collections.size() == 2);
    CHECK(collections[0].end_ns == 30);
    CHECK(collections[0].collected == 5);
    CHECK(collections[1].generation == 2);
    CHECK_FALSE(collections[1].end_ns.has_value());
    CHECK(built.process.gil_modules == std::vector<std::string>{"_legacy"});
}

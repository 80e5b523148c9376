// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysed.h"

namespace ftscale::tests {
namespace {

using analysis::Analysis;

/// A sweep over one and two threads about which there is nothing to warn of but its single repeats.
struct Sweep {
    Story story;
    StackId f = story.python("f", "/app.py", 3);
    RunStory* one = nullptr;
    RunStory* two = nullptr;
    ThreadStory* a = nullptr;

    Sweep() {
        one = &story.run(1, 100);
        one->thread("w").works(100, f);
        two = &story.run(2, 50);
        a = &two->thread("a").works(50, f);
        two->thread("b").works(50, f);
    }
    bool warns_of(const std::string& code) { return warns(analysed(story), code); }
};

TEST_CASE("a plain sweep is warned of for its single repeats only") {
    Sweep sweep;
    const Analysis analysis = analysed(sweep.story);
    REQUIRE(analysis.warnings.size() == 1);
    CHECK(analysis.warnings[0].code == "single_repeat");
}

TEST_CASE("the GIL switched on later") {
    Sweep sweep;
    sweep.two->process().gil_at_start = 0;
    sweep.two->process().gil_at_end = 1;
    CHECK(sweep.warns_of("gil_enabled_later"));
}

TEST_CASE("too few CPUs") {
    Sweep limited;
    limited.story.manifest().machine.cgroup_cpu_limit = 1.5;
    CHECK(limited.warns_of("cgroup_limit"));
    Sweep siblings;
    siblings.two->facts().smt_siblings = true;
    CHECK(siblings.warns_of("smt_siblings"));
}

TEST_CASE("a run that was stopped while it was measured") {
    Sweep sweep;
    sweep.two->facts().stops = 1;
    sweep.two->facts().stopped_ns = 2'500'000'000;
    std::string message;
    const Analysis analysis = analysed(sweep.story);
    for (const analysis::Warning& warning : analysis.warnings)
        if (warning.code == "stopped") message += warning.message;
    CHECK_THAT(message, ContainsSubstring("a run at 2 threads was stopped for 2.5 s while it was measured"));
    Sweep unseen;  // when it began was not
    unseen.two->facts().stops = 1;
    CHECK(unseen.warns_of("stopped"));
}

TEST_CASE("processes left behind that were busy during later runs") {
    CHECK_FALSE(Sweep().warns_of("leftover_process"));
    Sweep sweep;
    sweep.one->facts().leftovers = {{77, "worker.py", 0.5}};
    sweep.two->facts().leftovers = {{77, "worker.py", 0.25}, {78, "other.py", 0.25}};
    std::vector<std::string> messages;
    const Analysis analysis = analysed(sweep.story);
    for (const analysis::Warning& warning : analysis.warnings)
        if (warning.code == "leftover_process") messages.push_back(warning.message);
    REQUIRE(messages.size() == 2);
    CHECK_THAT(messages[0], ContainsSubstring("process 77 (worker.py)") && ContainsSubstring("0.75 s") &&
                                ContainsSubstring("2 of the runs"));
}

TEST_CASE("samples that are missing") {
    Sweep sweep;
    sweep.a->record().samples.clear();
    CHECK_FALSE(sweep.warns_of("no_samples"));  // the run's other thread has some
    Story story;
    story.run(1, 100).thread("w");
    CHECK(warns(analysed(story), "no_samples"));
}

TEST_CASE("a timer's samples are said to be coarse, with what gets better ones") {
    const auto said = [](Sweep& sweep) -> std::string {
        for (recording::Process* process : {&sweep.two->process(), &sweep.one->process()}) {
            process->sampler = format::Sampler::CpuTimer;
            process->facts.flags = 0;
        }
        const Analysis analysis = analysed(sweep.story);
        std::string message;
        for (const analysis::Warning& warning : analysis.warnings)
            if (warning.code == "no_perf_events") message += warning.message;
        return message;
    };
    Sweep container;
    CHECK(said(container) ==
          "no perf events here: samples come from a POSIX timer, coarser, and time in the kernel "
          "stands in work; 'ftscale doctor' says what to change to get more");
    Sweep paranoid;
    paranoid.story.manifest().machine.perf_event_paranoid = 3;
    CHECK(said(paranoid) ==
          "no perf events here (kernel.perf_event_paranoid is 3): samples come from a POSIX timer, "
          "coarser, and time in the kernel stands in work; 'sysctl kernel.perf_event_paranoid=1' "
          "gets more");
    Sweep asked;
    asked.story.manifest().sweep.sampler = "cpu-timer";
    CHECK(said(asked) ==
          "sampled by a POSIX timer, as asked for: time in the kernel stands in work (--sampler "
          "cpu-clock sees it)");
}

TEST_CASE("samples without ticks are no word about perf events") {
    Sweep sweep;
    sweep.two->process().facts.flags = 0;
    const Analysis analysis = analysed(sweep.story);
    CHECK(warns(analysis, "kernel_not_measured"));
    CHECK_FALSE(warns(analysis, "no_perf_events"));
}

TEST_CASE("repeats that vary") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    for (const double wall : {100, 140}) story.run(1, wall).thread("w").works(wall, f);
    CHECK(warns(analysed(story), "noisy"));
}

TEST_CASE("loss of unknown cause") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    story.run(1, 100).thread("w").works(100, f);
    RunStory& two = story.run(2, 100);
    for (const char* name : {"a", "b"}) two.thread(name).works(50, f).away(50).works(0, f);
    CHECK(warns(analysed(story), "unknown"));
}

TEST_CASE("the sweep's own mishaps") {
    Sweep sweep;
    sweep.story.manifest().interrupted = true;
    sweep.two->process().refusal = format::Refusal::NotFreeThreaded;
    const Analysis analysis = analysed(sweep.story);
    CHECK(warns(analysis, "interrupted"));
    CHECK(warns(analysis, "refused"));
}

TEST_CASE("the probe's totals make the measurement") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    story.run(1, 100).thread("w").works(100, f);
    recording::Recording recording = story.finish();
    format::ThreadStat& stat = *recording.runs[0].processes[0].threads[0].stat;
    stat.probe_ns = 5'000'000;
    stat.dropped[1] = 7;
    stat.truncated_stacks = 20;
    recording.truncated = true;
    const symbols::Symbols symbols(recording);
    const Analysis analysis = analysis::analyze(recording, symbols);
    CHECK(analysis.measurement.sampler == "cpu-clock");
    CHECK(analysis.measurement.frequency_hz == Approx(1000));
    CHECK(analysis.measurement.samples == 100);
    CHECK(*analysis.measurement.probe_cost_share == Approx(0.05));
    CHECK(analysis.measurement.dropped.at("stream_full") == 7);
    for (const char* code : {"dropped", "truncated_stacks", "probe_cost", "incomplete_recording"})
        CHECK(warns(analysis, code));
}

}  // namespace
}  // namespace ftscale::tests

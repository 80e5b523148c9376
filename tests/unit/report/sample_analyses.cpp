// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "sample_analyses.h"

#include "analysis_builder.h"

namespace ftscale::tests {
namespace {

using account::LockKind;
using analysis::Finding;
using analysis::Interval;
using analysis::Lock;
using analysis::LockSide;
using analysis::Object;
using analysis::ObjectSite;

Place python(const std::string& function, const std::string& file, int line) { return {function, file, line, false}; }
Place native(const std::string& function) { return {function, "/usr/bin/python3.14t", 0, true}; }

const Place kAppend = python("append_all", "/home/me/shared_list.py", 12);
const Place kModule = python("<module>", "/home/me/shared_list.py", 1);
const Place kListAppend = native("PyList_Append");

Lock list_lock(double wait_s, double spin_s) {
    Lock lock;
    lock.id = "object:list@shared_list.py:14";
    lock.kind = LockKind::Object;
    lock.type = "list";
    lock.waits = 12034;
    lock.wait_s = wait_s;
    lock.spin_s = spin_s;
    Place line = kAppend;
    line.line = 14;
    lock.waiters = {{line, wait_s + spin_s}};
    lock.holders = {{line, 0.95 * (wait_s + spin_s)}};
    return lock;
}

Object counted_object(const std::string& type, const std::string& name, const std::vector<ObjectSite>& sites) {
    Object object;
    object.id = name.empty() ? type : type + ":" + name;
    object.type = type;
    object.name = name;
    object.sites = sites;
    for (const ObjectSite& site : sites) object.refcount_s += site.refcount_s;
    return object;
}

Finding list_finding(double lost_cores) {
    return {"lock",
            "high",
            lost_cores,
            "lock of a list: append_all (shared_list.py:14) waits 0.48 cores, made to wait by append_all "
            "(shared_list.py:14)",
            {"12034 waits a run at 2 threads: 0.232 s waiting, 0.066 s spinning, over all threads"},
            "Let each thread append to a list of its own and join the lists at the end."};
}

}  // namespace

analysis::Analysis shared_list() {
    AnalysisBuilder builder({"shared_list.py", "2000000"});
    builder.run(1, {0.81, 0.80, 0.82})
        .spends(Category::Work, 0.008, kModule)
        .rest(Category::Work, kAppend)
        .natively(Category::Work, 0.3, kListAppend);
    builder.run(2, {0.62, 0.61, 0.63})
        .spends(Category::Serial, 0.01, kModule)
        .spends(Category::Work, 0.009, kModule)
        .spends(Category::LockWait, 0.232, kAppend)
        .spends(Category::Spin, 0.066, kAppend)
        .spends(Category::Unknown, 0.004, kAppend)
        .rest(Category::Work, kAppend)
        .natively(Category::LockWait, 0.232, kListAppend)
        .natively(Category::Spin, 0.066, kListAppend)
        .natively(Category::Work, 0.31, kListAppend)
        .lock(list_lock(0.232, 0.066))
        .thread("MainThread", {{Category::Starved, 0.6}, {Category::Work, 0.02}})
        .thread("worker-0", {{Category::Work, 0.46}, {Category::LockWait, 0.12}, {Category::Spin, 0.03}})
        .thread("worker-1", {{Category::Work, 0.46}, {Category::LockWait, 0.11}, {Category::Spin, 0.036}});
    builder.analysis().findings = {list_finding(0.48)};
    return builder.finish();
}

analysis::Analysis scales_well() {
    AnalysisBuilder builder({"scales_perfectly.py"});
    const Place compute = python("compute", "/home/me/scales_perfectly.py", 21);
    builder.run(1, {0.800, 0.802}).rest(Category::Work, compute);
    builder.run(2, {0.404, 0.402}).spends(Category::Serial, 0.003, compute).rest(Category::Work, compute);
    builder.run(4, {0.204, 0.203}).spends(Category::Serial, 0.007, compute).rest(Category::Work, compute);
    builder.analysis().whole.amdahl = analysis::AmdahlFit{0.004, analysis::Interval{0.001, 0.007}};
    return builder.finish();
}

analysis::Analysis many_thread_counts() {
    AnalysisBuilder builder({"python_bench.py", "--size", "1000000", "--threads={threads}"});
    const Place merge = python("Merger.merge", "/srv/app/merge.py", 101);
    const Place load = python("load", "/srv/app/__init__.py", 7);
    for (const int threads : {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64}) {
        const double wall_s = 10.0 / threads + 0.3 + 0.012 * threads;
        auto& run = builder.run(threads, {wall_s, wall_s});
        run.spends(Category::Serial, 0.3 * (threads - 1), load);
        run.spends(Category::LockWait, 0.009 * threads * (threads - 1), merge);
        run.spends(Category::Spin, 0.003 * threads * (threads - 1), merge);
        if (threads > 16) run.spends(Category::RunQueue, 0.5, merge);
        run.rest(Category::Work, merge);
        run.point().oversubscribed = threads > 16;
        run.point().smt_siblings = threads > 8;
    }
    builder.analysis().manifest.machine.cpus = 16;
    builder.analysis().whole.amdahl = analysis::AmdahlFit{0.067, analysis::Interval{0.05, 0.09}};
    builder.analysis().whole.usl = analysis::UslFit{
        0.03, 0.0012, analysis::Interval{0.02, 0.04}, analysis::Interval{0.001, 0.0014}, 28.4, 24.1, 35.2};
    builder.analysis().whole.law = analysis::PredictingLaw{"usl", {}};
    builder.analysis().whole.predictions = {{16, 7.41, analysis::Interval{7.02, 7.82}}, {32, 8.2, std::nullopt}};
    builder.analysis().findings = {{"serial",
                                    "medium",
                                    12.2,
                                    "load (__init__.py:9) runs alone while 12.20 cores have nothing to do",
                                    {},
                                    "Make this part parallel."}};
    builder.analysis().warnings = {
        {"oversubscribed", "up to 64 threads on 16 CPUs: speed-up beyond the CPUs cannot be expected"}};
    return builder.finish();
}

analysis::Analysis one_thread_count() {
    AnalysisBuilder builder({"-m", "package.benchmark"});
    const Place work = python("work", "/home/me/package/benchmark.py", 30);
    builder.run(4, {1.25})
        .spends(Category::LockWait, 0.75, work)
        .spends(Category::Sleep, 0.25, work)
        .rest(Category::Work, work);
    builder.analysis().warnings = {
        {"single_repeat", "one run per thread count: no confidence intervals (use --repeats)"},
        {"no_single_thread_run", "no run at 1 thread: losses are growth over 4 threads, taken to scale perfectly"}};
    return builder.finish();
}

analysis::Analysis failed_runs() {
    AnalysisBuilder builder({"crashes.py"});
    recording::Run run;
    run.outcome = recording::RunOutcome::Signalled;
    run.signal = 11;
    builder.analysis().manifest.runs = {run};
    builder.analysis().manifest.sweep.threads = {1, 2};
    builder.analysis().manifest.machine = {};
    builder.analysis().measurement = {};
    builder.analysis().warnings = {{"run_failed", "a run at 1 threads was killed by signal 11"},
                                   {"no_runs", "the recording holds no run to make figures from"}};
    return builder.finish();
}

analysis::Analysis no_samples() {
    AnalysisBuilder builder({"shared_list.py"});
    const Place nowhere = {"(no stack)", "", 0, true};
    builder.run(1, {0.5}).rest(Category::Unknown, nowhere);
    builder.run(2, {0.4})
        .spends(Category::LockWait, 0.2, kAppend)
        .rest(Category::Unknown, nowhere)
        .lock(list_lock(0.2, 0));
    builder.analysis().measurement = {"", 0, {{"stream_full", 4321}}, 0, 17, std::nullopt};
    builder.analysis().warnings = {
        {"no_samples", "a run at 1 threads has no samples: its work cannot be split by function"},
        {"single_repeat", "one run per thread count: no confidence intervals (use --repeats)"}};
    Analysis analysis = builder.finish();
    for (analysis::RunResult& run : analysis.whole.runs)
        for (analysis::Function& function : run.functions) function.outside_python = function.place.native;
    return analysis;
}

analysis::Analysis strange_names() {
    AnalysisBuilder builder({"/a/rather/long/path/to/a/script/that/nobody/wants/to/read/in/full/数値計算.py", "--input",
                             "file with blanks"});
    const Place wide = python("計算する関数の名前がとても長いときにはどうなるでしょうか.<locals>.内側の関数",
                              "/home/me/数値計算.py", 12345);
    const Place deep = python("make_handler.<locals>.RequestHandler.dispatch_with_retries.<locals>.<lambda>",
                              "/srv/application/services/request_handling_and_dispatching.py", 1002);
    const Place hostile = python("evil\x1b[31m\nname\xff", "/tmp/caf\xc3\xa9\x07.py", 3);
    builder.run(1, {2.0, 2.1})
        .spends(Category::Work, 0.4, deep)
        .spends(Category::Work, 0.2, hostile)
        .rest(Category::Work, wide);
    Lock lock = list_lock(0.4, 0.1);
    lock.id = "object:a";
    lock.type = "some_package.some_module.ARatherLongClassNameThatGoesOnAndOnAndOn";
    lock.name = "名前";
    lock.waiters = {{wide, 0.2}, {deep, 0.15}, {hostile, 0.1}, {kAppend, 0.04}, {kModule, 0.01}};
    lock.holders = {{hostile, 0.2}};
    Lock unseen = list_lock(0.01, 0);
    unseen.id = "threading.Lock";
    unseen.kind = LockKind::ThreadingLock;
    unseen.type = "_thread.lock";
    unseen.waiters = {{deep, 0.01}};
    unseen.holders.clear();
    Object object = counted_object(lock.type, "名前\x1b[31m", {{wide, 0.1}, {hostile, 0.05}});
    object.count = 12345;
    analysis::Pause pause;
    pause.reason = account::StopReason::FunctionChange;
    pause.requester = wide;
    pause.stops = 123456;
    pause.pause_s = pause.stopped_s = 0.3;
    pause.longest_s = 0.0123;
    pause.to_stop_s = 0.11;
    pause.longest_to_stop_s = 0.0001;
    pause.stopped_threads = 246912;
    pause.stragglers = {{deep, 0.1}, {hostile, 0.01}};
    builder.run(2, {1.5, 1.6})
        .spends(Category::LockWait, 0.4, deep)
        .spends(Category::Spin, 0.1, deep)
        .spends(Category::Io, 0.1, wide)
        .spends(Category::Work, 0.4, deep)
        .spends(Category::Work, 0.3, hostile)
        .rest(Category::Work, wide)
        .lock(lock)
        .lock(unseen)
        .object(object)
        .pause(pause)
        .thread("", {{Category::Work, 1.0}})
        .thread("ThreadPoolExecutor-0_0 の とても長い名前", {{Category::Work, 1.0},
                                                             {Category::LockWait, 0.2},
                                                             {Category::Spin, 0.1},
                                                             {Category::Io, 0.05},
                                                             {Category::Sleep, 0.1},
                                                             {Category::Starved, 0.1}});
    builder.analysis().findings = {
        {"lock",
         "low",
         0.5,
         "lock of a 名前: 計算する関数の名前がとても長いときにはどうなるでしょうか.<locals>.内側の関数 "
         "(数値計算.py:12345) waits 0.50 cores",
         {},
         "Advice."}};
    return builder.finish();
}

analysis::Analysis weak_scaling() {
    AnalysisBuilder builder({"weak.py"});
    builder.analysis().manifest.sweep.scaling = recording::Scaling::Weak;
    const Place work = python("work", "/home/me/weak.py", 8);
    builder.run(1, {1.0, 1.0, 1.0}).rest(Category::Work, work);
    builder.run(2, {1.1, 1.1, 1.1}).spends(Category::Starved, 0.15, work).rest(Category::Work, work);
    builder.run(4, {1.3, 1.3, 1.3}).spends(Category::Starved, 0.9, work).rest(Category::Work, work);
    builder.analysis().findings = {{"starved",
                                    "medium",
                                    0.69,
                                    "threads wait for work in work (weak.py:10): 0.69 cores",
                                    {"starved at 4 threads: 0.900 s of 5.200 s, 0.000 s at 1"},
                                    "Hand out work earlier and in bigger batches."}};
    return builder.finish();
}

analysis::Analysis ignored_count() {
    AnalysisBuilder builder({"bench.py"});
    const Place work = python("work", "/home/me/bench.py", 5);
    builder.run(1, {0.80, 0.81, 0.82}).rest(Category::Work, work);
    builder.run(2, {0.80, 0.82, 0.81}).spends(Category::Serial, 0.81, work).rest(Category::Work, work);
    builder.analysis().findings = {
        {analysis::rule::kCountIgnored,
         "high",
         1.0,
         "the script does the same at 1 and 2 threads: whatever it is told, 1 thread is busy at a time",
         {"at 1 thread: 1 thread beside the main one, 1 busy at a time, 0.810 s of CPU time in 0.810 s",
          "at 2 threads: 1 thread beside the main one, 1 busy at a time, 0.811 s of CPU time in 0.810 s"},
         "Does it take the thread count? Where it has an option for that, pass {threads}, as in --workers {threads}."}};
    return builder.finish();
}

analysis::Analysis multiplied_work() {
    AnalysisBuilder builder({"each.py"});
    const Place work = python("work", "/home/me/each.py", 5);
    builder.run(1, {0.80, 0.81, 0.82}).rest(Category::Work, work);
    builder.run(2, {0.80, 0.82, 0.84}).rest(Category::Work, work);
    builder.analysis().findings = {{analysis::rule::kWorkMultiplied,
                                    "high",
                                    1.01,
                                    "2 threads take 2.02x the CPU time of 1: each seems to do the whole work",
                                    {},
                                    "Where each thread is meant to do as much as one alone, measure with --scaling "
                                    "weak."}};
    return builder.finish();
}

analysis::Analysis marked_regions() {
    AnalysisBuilder builder({"train.py"});
    const Place fit = python("fit", "/home/me/train.py", 40), predict = python("predict", "/home/me/train.py", 80);
    builder.run(1, {1.0}).rest(Category::Work, fit);
    builder.run(2, {0.9}).spends(Category::Serial, 0.7, fit).rest(Category::Work, fit);
    builder.end_region("fit");
    builder.run(1, {0.5}).rest(Category::Work, predict);
    builder.run(2, {0.26}).rest(Category::Work, predict);
    builder.end_region("predict");
    builder.end_region("never entered");
    builder.run(1, {1.5}).spends(Category::Work, 1.0, fit).rest(Category::Work, predict);
    builder.run(2, {1.16})
        .spends(Category::Serial, 0.7, fit)
        .spends(Category::Work, 1.1, fit)
        .rest(Category::Work, predict);
    return builder.finish();
}

analysis::Analysis slower_with_gil() {
    AnalysisBuilder builder({"imports_extension.py"});
    builder.analysis().manifest.interpreter.gil_enabled = true;
    const Place work = python("work", "/home/me/imports_extension.py", 20);
    builder.run(2, {1.0, 1.0}).spends(Category::Gil, 0.9, work).rest(Category::Work, work);
    builder.run(4, {1.2, 1.2}).spends(Category::Gil, 3.5, work).rest(Category::Work, work);
    builder.analysis().warnings = {
        {"gil_enabled", "the GIL was on when the script began: threads could not run Python code in parallel"},
        {"dropped", "12 records were dropped (busy)"}};
    builder.analysis().measurement.dropped = {{"busy", 12}};
    return builder.finish();
}

analysis::Analysis with_controls() {
    Analysis analysis = shared_list();
    recording::Run run;
    run.control = recording::kProcessesControl;
    analysis.manifest.runs = {recording::Run(), run, run};
    analysis.manifest.runs.front().has_probe = false;
    analysis.whole.controls = {
        {"gil",
         {{1, {0.78, 0.79}, 0.785, Interval{0.7, 0.9}, 1.03, Interval{0.9, 1.1}}, {2, {0.82}, 0.82, {}, 0.99, {}}}},
        {"processes", {{2, {0.83, 0.84}, 0.835, Interval{0.8, 0.9}, 1.94, Interval{1.9, 2.0}}}}};
    analysis.measurement.calibration =
        analysis::Calibration{1.011,
                              Interval{0.99, 1.03},
                              4,
                              {{1, {1.01, 1.0}, 1.005, Interval{0.97, 1.04}, {}, {}},
                               {2, {1.01, 1.024}, 1.017, Interval{0.93, 1.1}, -0.012, Interval{-0.04, 0.02}}}};
    return analysis;
}

analysis::Analysis shared_objects() {
    AnalysisBuilder builder({"serve.py"});
    const std::string file = "/home/me/serve.py";
    const Place serve = python("serve", file, 20), price = python("Settings.price", file, 8),
                load = python("load", "/home/me/app/load.py", 3);
    builder.run(1, {1.0, 1.0}).spends(Category::Refcount, 0.02, serve).rest(Category::Work, serve);
    Object settings = counted_object("Settings", "", {{python("serve", file, 22), 0.6}, {price, 0.2}});
    Object function = counted_object("function", "load", {{python("serve", file, 24), 0.1}});
    Object rows = counted_object("list", "", {{load, 0.03}, {serve, 0.02}, {price, 0.02}, {kAppend, 0.01}});
    rows.count = 12;
    Object other = counted_object("dict", "", {{load, 0.001}});
    builder.run(4, {0.6, 0.6})
        .spends(Category::Refcount, 0.75, serve)
        .spends(Category::Refcount, 0.2, price)
        .spends(Category::Refcount, 0.031, load)
        .spends(Category::Kernel, 0.02, serve)
        .rest(Category::Work, serve)
        .object(settings)
        .object(function)
        .object(rows)
        .object(other);
    return builder.finish();
}

analysis::Analysis stopped_world() {
    AnalysisBuilder builder({"garbage.py"});
    const Place make = python("make", "/home/me/garbage.py", 12), parse = python("parse", "/home/me/garbage.py", 30);
    builder.run(1, {1.0, 1.0}).spends(Category::Gc, 0.3, make).rest(Category::Work, make);
    analysis::Pause collection;
    collection.reason = account::StopReason::Collection;
    collection.requester = make;
    collection.stops = 31.5;
    collection.pause_s = 0.31;
    collection.longest_s = 0.0123;
    collection.to_stop_s = 0.02;
    collection.longest_to_stop_s = 0.0042;
    collection.stopped_s = 0.33;
    collection.stopped_threads = 31.5;
    collection.stragglers = {{parse, 0.018}, {make, 0.002}};
    analysis::Pause assignment;
    assignment.reason = account::StopReason::ClassAssignment;
    assignment.requester = parse;
    assignment.stops = 1;
    assignment.pause_s = assignment.longest_s = assignment.stopped_s = 0.01;
    assignment.stopped_threads = 1;
    analysis::Pause first;
    first.reason = account::StopReason::FirstThread;
    first.requester = python("main", "/home/me/garbage.py", 50);
    first.stops = 1;
    first.pause_s = first.longest_s = 0.00001;
    builder.run(2, {0.72, 0.72})
        .spends(Category::Gc, 0.31, make)
        .spends(Category::StopTheWorld, 0.34, parse)
        .rest(Category::Work, make)
        .pause(collection)
        .pause(assignment)
        .pause(first)
        .collections({make, 31, 0.305, 0.0121, 62000, {{0, 30}, {2, 1}}})
        .collections({parse, 0.5, 0.005, 0.0102, 10, {{1, 0.5}}});
    return builder.finish();
}

std::vector<SampleAnalysis> sample_analyses() {
    return {{"shared_list", shared_list()},
            {"scales_well", scales_well()},
            {"many_thread_counts", many_thread_counts()},
            {"one_thread_count", one_thread_count()},
            {"failed_runs", failed_runs()},
            {"no_samples", no_samples()},
            {"strange_names", strange_names()},
            {"weak_scaling", weak_scaling()},
            {"ignored_count", ignored_count()},
            {"multiplied_work", multiplied_work()},
            {"marked_regions", marked_regions()},
            {"slower_with_gil", slower_with_gil()},
            {"with_controls", with_controls()},
            {"shared_objects", shared_objects()},
            {"stopped_world", stopped_world()},
            {"hardware_counters", hardware_counters()},
            {"software_counters", software_counters()}};
}

}  // namespace ftscale::tests

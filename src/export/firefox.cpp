// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/firefox.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "export/firefox_markers.h"
#include "export/firefox_tables.h"
#include "export/sample_costs.h"
#include "export/selection.h"
#include "export/thread_counts.h"
#include "export/time_of_day.h"
#include "export/title.h"

namespace ftscale::exports {
namespace {

using analysis::Profile;
using analysis::RunProfile;
using analysis::Span;
using analysis::ThreadProfile;
using firefox::Marker;
using firefox::ThreadTables;

// Of the processed format. Viewers read all older ones; this one is the newest that stands by itself thread by thread.
constexpr int kProcessedVersion = 49;
constexpr int kGeckoVersion = 28;  // of the format before processing, at that time

std::int64_t nanoseconds(double seconds) { return std::llround(seconds * 1e9); }

/// A thread's samples, as columns.
struct Samples {
    std::vector<SampleCost> costs;
    std::vector<std::int64_t> cost_ns;  // rounded such that they sum to the rounded sum
};

Samples make_samples(const ThreadProfile& thread) {
    Samples samples{cost_samples(thread), {}};
    double until_s = 0;
    std::int64_t until_ns = 0;
    for (const SampleCost& cost : samples.costs) {
        until_s += cost.seconds;
        samples.cost_ns.push_back(nanoseconds(until_s) - until_ns);
        until_ns += samples.cost_ns.back();
    }
    return samples;
}

class FirefoxWriter {
  public:
    FirefoxWriter(const Profile& profile, const RunProfile& run, std::ostream& out)
        : profile_(profile), run_(run), out_(out) {}

    void write() {
        out_.print("{{");
        write_meta();
        out_.print(R"(,"libs":[],"pages":[],"profilerOverhead":[],"threads":[)");
        for (std::size_t i = 0; i < run_.thread_profiles.size(); ++i) {
            out_.print("{}", i == 0 ? "\n" : ",\n");
            write_thread(run_.thread_profiles[i]);
        }
        out_.print("],\n\"counters\":[");
        write_counters();
        out_.print("]}}\n");
    }

  private:
    void write_meta();
    void write_machine();
    void write_extra();
    void write_thread(const ThreadProfile& thread);
    void write_life(const ThreadProfile& thread);
    void write_samples(const ThreadProfile& thread, const Samples& samples, const ThreadTables& tables);
    void write_counters();
    void write_counter(std::size_t main_thread, const char* name, const char* color,
                       const std::vector<CountChange>& changes);
    bool is_main(const ThreadProfile& thread) const;

    const Profile& profile_;
    const RunProfile& run_;
    JsonStream out_;
};

void FirefoxWriter::write_meta() {
    const double frequency_hz = profile_.manifest.sweep.frequency_hz;
    double end_s = run_.wall_s;
    for (const ThreadProfile& thread : run_.thread_profiles) end_s = std::max(end_s, thread.end_s);
    out_.print(R"("meta":{{"preprocessedProfileVersion":{},"version":{},"interval":{},)", kProcessedVersion,
               kGeckoVersion, frequency_hz > 0 ? 1000 / frequency_hz : 1);
    out_.print(R"("startTime":{},"profilingStartTime":0,"profilingEndTime":)",
               parse_utc(profile_.manifest.created).value_or(0) * 1000);
    out_.print_ms(nanoseconds(end_s) + 1);  // the viewer leaves out what is at the very end
    out_.print(R"(,"processType":0,"stackwalk":1,"debug":false,"product":{},"importedFrom":{},)",
               json_string(title(profile_.manifest, run_.threads)), json_string(exporter()));
    write_machine();
    out_.print(R"("symbolicated":true,"usesOnlyOneStackType":true,"sourceCodeIsNotOnSearchfox":true,)");
    out_.print(R"("sampleUnits":{{"time":"ms","eventDelay":"ms","threadCPUDelta":"ns"}},)");
    // The viewer would hide threads that mostly wait: the ones to look at.
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < run_.thread_profiles.size(); ++i) all.push_back(i);
    out_.column("initialVisibleThreads", all);
    out_.print(R"(,"initialSelectedThreads":[0],"keepProfileThreadOrder":true,)");
    firefox::write_categories(out_);
    out_.print(",");
    firefox::write_marker_schema(out_);
    out_.print(",");
    write_extra();
    out_.print("}}");
}

void FirefoxWriter::write_machine() {
    const recording::Machine& machine = profile_.manifest.machine;
    out_.print(R"("platform":"X11","oscpu":{},"CPUName":{},)", json_string("Linux " + machine.kernel),
               json_string(machine.model));
    if (machine.cpus > 0) out_.print(R"("logicalCPUs":{},)", machine.cpus);
    if (machine.physical_cores > 0) out_.print(R"("physicalCPUs":{},)", machine.physical_cores);
    if (machine.memory_bytes > 0) out_.print(R"("mainMemory":{},)", machine.memory_bytes);
}

/// What the viewer has no place for otherwise.
void FirefoxWriter::write_extra() {
    const recording::Manifest& manifest = profile_.manifest;
    out_.print(R"("extra":[{{"label":"Run","entries":[)");
    const char* comma = "";
    for (const auto& [label, value] :
         {std::pair<const char*, std::string>("Threads", std::to_string(run_.threads)),
          {"Repeat", std::to_string(run_.repeat + 1)},
          {"Wall time", fmt::format("{:.6f} s", run_.wall_s)},
          {"Python", manifest.interpreter.version},
          {"Samples per second of CPU time", fmt::format("{:g}", manifest.sweep.frequency_hz)}}) {
        out_.print(R"({}{{"label":"{}","format":"string","value":{}}})", comma, label, json_string(value));
        comma = ",";
    }
    out_.print("]}}]");
}

bool FirefoxWriter::is_main(const ThreadProfile& thread) const {
    const auto first = std::find_if(run_.thread_profiles.begin(), run_.thread_profiles.end(),
                                    [&thread](const ThreadProfile& other) { return other.process == thread.process; });
    return &*first == &thread;
}

void FirefoxWriter::write_thread(const ThreadProfile& thread) {
    const Samples samples = make_samples(thread);
    const std::vector<Marker> markers = firefox::make_markers(thread);
    ThreadTables tables(profile_.tree);
    for (std::size_t i = 0; i < samples.costs.size(); ++i)
        tables.use(thread.samples[i].node, samples.costs[i].category);
    for (const Marker& marker : markers) tables.use(marker.span->node);
    tables.make();
    out_.print("{{");
    write_life(thread);
    write_samples(thread, samples, tables);
    out_.print(",");
    firefox::MarkerWriter(profile_, run_, tables).write(markers, out_);
    out_.print(",");
    tables.write(out_);
    out_.print("}}");
}

void FirefoxWriter::write_life(const ThreadProfile& thread) {
    out_.print(R"("name":{},"processName":{},"processType":"default","isMainThread":{},"pid":"{}","tid":{},)",
               json_string(thread.name), json_string(title(profile_.manifest, run_.threads)), is_main(thread),
               thread.process, thread.tid);
    out_.print(R"("processStartupTime":0,"processShutdownTime":null,"registerTime":)");
    out_.print_ms(nanoseconds(thread.begin_s));
    out_.print(R"(,"unregisterTime":)");
    out_.print_ms(nanoseconds(thread.end_s));
    out_.print(R"(,"pausedRanges":[],"showMarkersInTimeline":true,)");
}

/// The viewer takes what a sample has cost for spent since the sample before: an empty one stands at the thread's
/// begin.
void FirefoxWriter::write_samples(const ThreadProfile& thread, const Samples& samples, const ThreadTables& tables) {
    const std::size_t length = samples.costs.size() + 1;
    out_.print(R"("samples":{{"length":{},"weightType":"tracing-ms",)", length);
    out_.column("stack", length, [&](std::size_t i) {
        const int stack =
            i == 0 ? firefox::kNoStack : tables.stack(thread.samples[i - 1].node, samples.costs[i - 1].category);
        stack == firefox::kNoStack ? out_.print("null") : out_.print("{}", stack);
    });
    out_.print(",");
    out_.column("time", length, [&](std::size_t i) {
        out_.print_ms(nanoseconds(i == 0 ? thread.begin_s : thread.samples[i - 1].time_s));
    });
    out_.print(",");
    out_.column("weight", length, [&](std::size_t i) { out_.print_ms(i == 0 ? 0 : samples.cost_ns[i - 1]); });
    out_.print(",");
    out_.column("threadCPUDelta", length,
                [&](std::size_t i) { out_.print("{}", i == 0 ? 0 : samples.cost_ns[i - 1]); });
    out_.print("}}");
}

void FirefoxWriter::write_counters() {
    std::set<std::uint32_t> processes;
    for (std::size_t i = 0; i < run_.thread_profiles.size(); ++i) {
        const std::uint32_t process = run_.thread_profiles[i].process;
        if (!processes.insert(process).second) continue;
        out_.print("{}", processes.size() == 1 ? "\n" : ",\n");
        write_counter(i, "running threads", "blue",
                      count_threads(run_, process, [](const Span& span) { return is_on_cpu(span.category); }));
        out_.print(",\n");
        write_counter(i, "lock waiters", "orange", count_threads(run_, process, [](const Span& span) {
                          return span.category == account::Category::LockWait;
                      }));
    }
}

/// Newer viewers draw the sum of the changes, as `display` says; those of this version only list the counter.
void FirefoxWriter::write_counter(std::size_t main_thread, const char* name, const char* color,
                                  const std::vector<CountChange>& changes) {
    out_.print(R"({{"name":"{}","category":"threads","description":"{} over time","pid":"{}","mainThreadIndex":{},)",
               name, name, run_.thread_profiles[main_thread].process, main_thread);
    out_.print(R"("display":{{"graphType":"line-accumulated","unit":"","color":"{}","markerSchemaLocation":null,)",
               color);
    out_.print(R"("sortWeight":50,"label":"{}","tooltipRows":[{{"type":"value","source":"accumulated",)", name);
    out_.print(R"("format":{{"unit":"number"}},"label":"{}"}}]}},"samples":{{"length":{},)", name, changes.size() + 1);
    // From none.
    out_.column("time", changes.size() + 1,
                [&](std::size_t i) { i == 0 ? out_.print("0") : out_.print_ms(changes[i - 1].time_ns); });
    out_.print(",");
    out_.column("count", changes.size() + 1,
                [&](std::size_t i) { out_.print("{}", i == 0 ? 0 : changes[i - 1].change); });
    out_.print("}}}}");
}

}  // namespace

void write_firefox(const Profile& profile, int threads, std::ostream& out) {
    FirefoxWriter(profile, typical_run(profile, threads), out).write();
}

}  // namespace ftscale::exports

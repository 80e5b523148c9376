// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "unit/recording/small_recording.h"

#include "recording/pack.h"
#include "support/temporary_folder.h"

namespace ftscale::tests {

using namespace recording;

Manifest full_manifest() {
    Manifest m;
    m.tool_version = "0.1.0";
    m.created = "2026-02-03T04:05:06Z";
    m.argv = {"bench.py", "--size={threads}", "", "caf\xc3\xa9 \"quoted\"\n"};
    m.working_directory = "/home/someone";
    m.interpreter = {"/usr/bin/python3.13t", "3.13.5", 0x030d05f0, "3.13.5 (main)", "cpython", true, true};
    m.machine.cpus = 16;
    m.machine.physical_cores = 8;
    m.machine.model = "Some CPU";
    m.machine.kernel = "6.1.0";
    m.machine.governor = "powersave";
    m.machine.cgroup_cpu_limit = 0.1 + 0.2;  // not 0.3: doubles come back to the last bit
    m.machine.perf_event_paranoid = -1;
    m.machine.memory_bytes = 0xfedcba9876543210;
    m.sweep = {{1, 2, 8}, 5, 2, 0xffffffffffffffff, Scaling::Weak, false, 123.25, 9.5, true, "cpu-timer"};
    Run run;
    run.id = 7;
    run.threads = 3;
    run.repeat = 4;
    run.warmup = true;
    run.control = "gil";
    run.has_probe = false;
    run.outcome = RunOutcome::Signalled;
    run.exit_code = 11;
    run.signal = 9;
    run.start_error = "no such file";
    run.started_ns = 0x3000000000000001;
    run.ended_ns = 0x3000000000000002;
    run.cpus = {0, 5};
    run.oversubscribed = run.smt_siblings = true;
    run.user_s = 1.0 / 3;
    run.system_s = 1e-9;
    run.stops = 2;
    run.stopped_ns = 0x3000000000000003;
    run.leftovers = {{123, "python3 worker.py", 0.25}};
    m.sweep.max_bytes = 0x8000000000000004;
    m.runs = {run, Run{}};
    m.interrupted = true;
    m.counters = {{"LLC-LOAD-MISSES", "cache_misses", 1, true}};
    m.missing_counters = {{"cycles", "no PMU"}};
    m.build_ids = {{"/lib/a.so", "00ff"}, {"/lib/b.so", "1234"}};
    return m;
}

Manifest small_manifest() {
    Manifest m;
    m.tool_version = "0.1.0";
    m.argv = {"script.py"};
    m.sweep.threads = {1, 2};
    for (int id = 1; id <= 2; ++id) {
        Run run;
        run.id = run.threads = id;
        run.started_ns = 1'000'000'000;
        run.ended_ns = 9'000'000'000;
        m.runs.push_back(run);
    }
    return m;
}

StreamBuilder small_stream(int run) {
    StreamBuilder stream;
    ThreadStream& main = stream.thread(0);
    main.process_begin(1'100'000'000, 40 + static_cast<std::uint32_t>(run), "/no/such/python")
        .begin(1'100'000'001, 40, "MainThread");
    main.module(0x400000, 0x500000, 0x400000, "").module(0x7f0000, 0x7f8000, 0x7e0000, "/no/such/libm.so");
    main.code(1, "main", "/app.py", 1, "\x80\x01").event(1'200'000'000, format::Event::ScriptBegin, 0);
    main.region_begin(1'250'000'000, "fit").sample(1'300'000'000, 0x401000, {0x401000, python(1, 6), 0x402000});
    main.region_end(1'800'000'000, "fit").event(1'900'000'000, format::Event::ScriptEnd, 0);
    main.gc_begin(1'910'000'000, 2, {python(1, 6), 0x402000}).gc_end(1'920'000'000, 7);
    main.object(0xabe0, 0xabf0, "helper").gil_module(1'940'000'000, "_legacy");
    main.event(1'950'000'000, format::Event::Exit, 0).process_stat(1'950'000'001, {1'000'000, 1, 0});
    for (int i = 1; i <= run; ++i) {
        ThreadStream& worker = stream.thread(static_cast<std::uint32_t>(i));
        worker.begin(1'260'000'000, 40 + static_cast<std::uint32_t>(i), "").name(1'260'000'100, "worker");
        worker.sampler(1'260'000'200, format::Sampler::CpuTimer);
        worker.module(0x400000, 0x500000, 0x400000, "").code(1, "Box.add", "/app.py", 20).type(0xabc0, "list");
        worker.sample(1'300'000'000, 0x7f1000, {0x7f1000, 0x403000, python(1, 10), 0x402000});
        worker.spin_begin(1'310'000'000, {0x403000, {1, 2, 3, 4, 5, 6}}, {0x403000, python(1, 10), 0x402000});
        worker.spin_end(1'311'000'000, 12);
        format::WaitBegin wait{};
        wait.kind = static_cast<std::uint16_t>(format::WaitKind::SemWait);
        wait.flags = format::kOnOwnStack;
        wait.address = 0x7ffe10;
        wait.lock_address = wait.object = 0xabd0;
        wait.object_type = 0xabc0;
        wait.entered_ns = 1'309'000'000;
        worker.wait_begin(1'312'000'000, wait, {0x403100, python(1, 12), 0x402000}).wait_end(1'330'000'000, 0, true);
        worker.wake(1'340'000'000, {1, 0, 1, 0x7ffe10, 0xabd0}, {python(1, 14), 0x402000});
        format::ThreadStat stat{};
        stat.cpu_ns = 50'000'000;
        stat.run_delay_ns = format::kUnknownNs;
        stat.samples = 1;
        stat.dropped[0] = 2;
        worker.stat(1'400'000'000, stat).end(1'400'000'001);
    }
    return stream;
}

namespace {

void write_streams(const TemporaryFolder& folder) {
    folder.write("run-1/process-41.stream", small_stream(1).bytes());
    folder.write("run-2/process-42.stream", small_stream(2).bytes());
}

}  // namespace

void write_small_folder(const std::filesystem::path& folder) {
    const TemporaryFolder written;
    write_streams(written);
    written.write("manifest.json", to_json(small_manifest()));
    std::filesystem::copy(written.path(), folder, std::filesystem::copy_options::recursive);
}

void pack_small_recording(const std::filesystem::path& output) {
    const TemporaryFolder folder;
    write_streams(folder);
    pack(small_manifest(), folder.path(), output);
}

std::size_t count_events(const Recording& recording) {
    std::size_t count = 0;
    for (const RunTrace& run : recording.runs) {
        for (const Process& process : run.processes) {
            for (const Thread& thread : process.threads) {
                count += 1 + thread.samples.size() + thread.waits.size() + thread.wakes.size() + thread.spins.size() +
                         thread.regions.size();
            }
        }
    }
    return count;
}

}  // namespace ftscale::tests

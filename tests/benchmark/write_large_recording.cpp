// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Writes a recording as large as asked for: a run at one thread, and one at eight, which take a sample each millisecond
// in one of some thousand stacks, with counters and now and then an object, and wait for each other's lock. From sample
// to sample some seven frames of twenty change, a little more than in recordings of the examples.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>

#include "recording/pack.h"
#include "support/stream_builder.h"
#include "support/temporary_folder.h"

namespace ftscale::tests {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000, kMillisecond = 1'000'000;
constexpr std::uint32_t kThreads = 8, kFunctions = 2000;
constexpr std::size_t kStacks = 5000, kNeighbours = 50, kDepth = 20;  // of Python frames
constexpr std::uint64_t kPlaces = 4000;                               // where samples find native code
constexpr std::uint64_t kPython = 0x400000, kExtension = 0x7f0000;    // where the modules are mapped
constexpr std::uint64_t kLock = 0xabd000, kListType = 0xabc000;
constexpr std::uint64_t kWait = 300'000;
constexpr std::uint64_t kStepsPerWait = 10;
constexpr std::uint32_t kCounters = 4;  // in one group

/// Python frames one in the other, the interpreter's and an extension module's functions among them; neighbours share
/// their outer part.
std::vector<Words> make_stacks() {
    std::mt19937 random(1);
    std::vector<Words> stacks;
    Words outer_part;
    for (std::size_t i = 0; i < kStacks; ++i) {
        if (i % kNeighbours == 0) outer_part.clear();
        Words outermost_first = outer_part;
        while (outermost_first.size() < kDepth) {
            outermost_first.push_back(python(1 + random() % kFunctions, 2 * (random() % 40)));
            if (random() % 4 == 0) outermost_first.push_back(kPython + random() % 0x100000);
            if (random() % 8 == 0) outermost_first.push_back(kExtension + random() % 0x8000);
            if (outer_part.empty() && outermost_first.size() >= kDepth * 3 / 4) outer_part = outermost_first;
        }
        stacks.emplace_back(outermost_first.rbegin(), outermost_first.rend());
    }
    return stacks;
}

void begin_thread(ThreadStream& thread, std::uint32_t tid, const std::string& name) {
    thread.begin(kSecond, tid, name);
    thread.module(kPython, kPython + 0x100000, kPython, "")
        .module(kExtension, kExtension + 0x8000, 0, "/no/such/ext.so");
    for (std::uint32_t id = 1; id <= kFunctions; ++id)
        thread.code(id, "Class" + std::to_string(id % 100) + ".method_" + std::to_string(id),
                    "/home/me/project/module_" + std::to_string(id % 50) + ".py", 1 + id / 50 * 20);
    thread.type(kListType, "list");
}

class RunWriter {
  public:
    /// `waits`: of each thread between two samples; 0: one of a thread's now and then.
    RunWriter(std::uint32_t threads, const std::vector<Words>& stacks, std::uint32_t waits)
        : threads_(threads), waits_(waits), stacks_(stacks) {
        stream_.thread(0).process_begin(kSecond, 4000 + threads, "/no/such/python3.14t");
        for (std::uint32_t i = 0; i < threads; ++i)
            begin_thread(stream_.thread(i), 4000 + threads + i, i == 0 ? "MainThread" : "worker-" + std::to_string(i));
        for (std::uint32_t i = 0; i < kCounters; ++i) stream_.thread(0).counter(i, 0, "event-" + std::to_string(i));
        stream_.thread(0).event(kSecond, format::Event::ScriptBegin, 0);
    }

    std::vector<std::byte> write(std::uint64_t steps) {
        std::vector<std::uint64_t> waited(threads_);
        for (std::uint64_t step = 1; step <= steps; ++step) {
            const std::uint64_t now = kSecond + step * kMillisecond;
            for (std::uint32_t i = 0; i < threads_; ++i) sample(i, now + i, now - kSecond - waited[i]);
            if (waits_ > 0) wait_often(now);
            if (waits_ > 0 || threads_ == 1 || step % kStepsPerWait != 0) continue;
            const auto waiter = static_cast<std::uint32_t>(step / kStepsPerWait % threads_);
            wait(waiter, (waiter + 1) % threads_, now + kMillisecond / 2);
            waited[waiter] += kWait;
        }
        const std::uint64_t end = kSecond + (steps + 1) * kMillisecond;
        stream_.thread(0).event(end, format::Event::ScriptEnd, 0).event(end, format::Event::Exit, 0);
        for (std::uint32_t i = 0; i < threads_; ++i) stream_.thread(i).end(end);
        return stream_.bytes();
    }

  private:
    const Words& next_stack(std::uint32_t thread) {
        if (random_() % 8 == 0) first_[thread] = random_() % (kStacks / kNeighbours) * kNeighbours;
        return stacks_[first_[thread] + random_() % kNeighbours];
    }

    void sample(std::uint32_t thread, std::uint64_t now, std::uint64_t cpu_ns) {
        format::Sample body{};
        body.pc = kPython + 16 * (random_() % kPlaces);
        body.cpu_ns = cpu_ns;
        body.run_delay_ns = format::kUnknownNs;
        body.ticks = 1;
        SampleTail tail;
        for (std::uint64_t word = 0; word < kCounters; ++word) tail.counters.push_back((word + 1) * cpu_ns);
        tail.counters.insert(tail.counters.begin(), {cpu_ns, cpu_ns});  // enabled, running
        if (random_() % 4 == 0) {
            tail.registers.assign(format::kX86_64Registers, kLock);
            tail.objects = {{kLock, kListType, 0}};
        }
        stream_.thread(thread).sample(now, body, tail, next_stack(thread));
    }

    void wait_often(std::uint64_t now) {
        const std::uint64_t length = kMillisecond / 2 / waits_;
        for (std::uint32_t i = 0; i < threads_; ++i)
            for (std::uint64_t w = 0; w < waits_; ++w)
                wait(i, (i + 1) % threads_, now + kMillisecond / 4 + w * length, length / 2);
    }

    void wait(std::uint32_t waiter, std::uint32_t holder, std::uint64_t now, std::uint64_t length = kWait) {
        format::WaitBegin body{};
        body.kind = static_cast<std::uint16_t>(format::WaitKind::SemWait);
        body.flags = format::kOnOwnStack;
        body.address = 0x7ffe10 + 0x1000 * waiter;
        body.lock_address = body.object = kLock;
        body.object_type = kListType;
        stream_.thread(waiter).wait_begin(now, body, next_stack(waiter)).wait_end(now + length);
        stream_.thread(holder).wake(now + length - 1, {1, 0, 1, body.address, body.lock_address}, next_stack(holder));
    }

    const std::uint32_t threads_, waits_;
    const std::vector<Words>& stacks_;
    std::mt19937 random_{2};
    std::array<std::size_t, kThreads> first_{};  // by thread: of the stacks around its last one
    StreamBuilder stream_;
};

void write_recording(std::uint64_t samples, const std::filesystem::path& output, std::uint32_t waits) {
    recording::Manifest manifest;
    manifest.tool_version = "0.1.0";
    manifest.argv = {"large.py"};
    manifest.machine.cpus = manifest.machine.physical_cores = kThreads;
    manifest.sweep.threads = {1, kThreads};
    const std::vector<Words> stacks = make_stacks();
    const TemporaryFolder folder;
    const std::uint64_t steps = samples / (kThreads + 1);
    for (const std::uint32_t threads : {1u, kThreads}) {
        recording::Run run;
        run.id = run.threads = static_cast<int>(threads);
        run.started_ns = kSecond - kMillisecond;
        run.ended_ns = kSecond + (steps + 2) * kMillisecond;
        manifest.runs.push_back(run);
        const std::string pid = std::to_string(4000 + threads);
        folder.write("run-" + std::to_string(threads) + "/process-" + pid + ".stream",
                     RunWriter(threads, stacks, waits).write(steps));
    }
    recording::pack(manifest, folder.path(), output);
}

}  // namespace
}  // namespace ftscale::tests

int main(int argc, char** argv) {
    if (argc != 3 && argc != 4) {
        std::cerr << "usage: write_large_recording SAMPLES OUTPUT [WAITS_PER_SAMPLE]\n";
        return 2;
    }
    ftscale::tests::write_recording(std::strtoull(argv[1], nullptr, 10), argv[2],
                                    argc == 4 ? static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10)) : 0);
}

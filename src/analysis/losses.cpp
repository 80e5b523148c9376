// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/losses.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <string>
#include <utility>

#include "recording/sampler_name.h"

namespace ftscale::analysis {
namespace {

using recording::Process;
using recording::Thread;

/// Why the probe could not have a new piece of its file.
std::string cause_text(std::uint32_t error) {
    if (error == format::kSizeLimitReached) return "a run had recorded all it may (--max-size allows more)";
    switch (static_cast<int>(error)) {
        case ENOSPC:
            return "the disk was full";
        case EDQUOT:
            return "the disk quota was used up";
        case EFBIG:
            return "the size of files is limited (ulimit -f)";
        case EMFILE:
        case ENFILE:
            return "no file descriptor was left (ulimit -n)";
        case ENOMEM:
        case EAGAIN:
            return "no memory could be mapped (ulimit -v, vm.max_map_count)";
        case ENODEV:
        case EOPNOTSUPP:
        case EINVAL:
            return "the file system cannot map files into memory: record to another one (-o)";
        case EACCES:
        case EPERM:
        case ENOENT:
        case ENOTDIR:
        case ELOOP:
        case ESTALE:
        case EBADF:
            return "the stream's file could not be opened again";
        case 0:
            return "the reason is not known";
        default:
            return std::strerror(static_cast<int>(error));
    }
}

template <typename Visit>
void for_each_thread(const std::vector<UsedRun>& runs, Visit visit) {
    for (const UsedRun& used : runs)
        for (const Process& process : used.trace->processes)
            for (const Thread& thread : process.threads) visit(process, thread);
}

std::uint64_t records_without_room(const Thread& thread) {
    const auto reason = static_cast<std::size_t>(format::DropReason::StreamFull);
    return std::max(thread.no_room, thread.stat ? thread.stat->dropped[reason] : 0);
}

void warn_of_records(const std::vector<UsedRun>& runs, std::vector<Warning>& warnings) {
    std::map<std::string, std::uint64_t> records;  // by cause
    for_each_thread(runs, [&](const Process&, const Thread& thread) {
        const std::uint64_t lost = records_without_room(thread);
        if (lost > 0) records[cause_text(thread.no_room_error)] += lost;
    });
    for (const UsedRun& used : runs)
        for (const Process& process : used.trace->processes)
            if (process.chunkless.records > 0)
                records[cause_text(process.chunkless.error)] += process.chunkless.records;
    for (const auto& [cause, count] : records)
        warnings.push_back({"no_room", fmt::format("{} records found no room and are missing: {}", count, cause)});
}

void warn_of_unrecorded_threads(const std::vector<UsedRun>& runs, std::vector<Warning>& warnings) {
    std::uint64_t threads = 0;
    std::uint32_t error = 0;
    for (const UsedRun& used : runs)
        for (const Process& process : used.trace->processes) {
            threads += process.chunkless.threads;
            if (process.chunkless.threads > 0) error = process.chunkless.error;
        }
    if (threads > 0)
        warnings.push_back({"unrecorded_threads", fmt::format("of {} thread{} nothing is recorded: {}", threads,
                                                              threads == 1 ? "" : "s", cause_text(error))});
}

std::uint64_t cpu_ns(const Thread& thread) { return thread.stat ? thread.stat->cpu_ns : 0; }

/// A thread that was to be sampled and was not, though it ran for long enough to be met.
bool lacks_samples(const Process& process, const Thread& thread) {
    // The coarsest sampler strikes a hundred times a second.
    constexpr std::uint64_t kCoarsestPeriodNs = 10'000'000;
    constexpr std::uint64_t kPeriods = 10;
    if (!thread.samples.empty() || process.sampler == format::Sampler::None || process.period_ns == 0) return false;
    const bool has_none =
        thread.sampler && thread.sampler->sampler == static_cast<std::uint32_t>(format::Sampler::None);
    return has_none || cpu_ns(thread) > kPeriods * std::max(process.period_ns, kCoarsestPeriodNs);
}

/// "'a', 'b', 'c', ..."
std::string names_text(const std::map<std::string, std::uint64_t>& cpu_by_name) {
    constexpr std::size_t kMostNamed = 3;
    std::vector<std::pair<std::uint64_t, std::string>> longest;
    for (const auto& [name, cpu] : cpu_by_name) longest.emplace_back(cpu, name);
    std::stable_sort(longest.begin(), longest.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string text;
    for (std::size_t i = 0; i < std::min(longest.size(), kMostNamed); ++i)
        text += (i == 0 ? "'" : ", '") + longest[i].second + "'";
    return text + (longest.size() > kMostNamed ? ", ..." : "");
}

void warn_of_unsampled_threads(const std::vector<UsedRun>& runs, std::vector<Warning>& warnings) {
    std::map<std::string, std::uint64_t> cpu_by_name;
    std::uint64_t threads = 0, cpu = 0;
    for_each_thread(runs, [&](const Process& process, const Thread& thread) {
        if (!lacks_samples(process, thread)) return;
        ++threads;
        cpu += cpu_ns(thread);
        cpu_by_name[thread.name] += cpu_ns(thread);
    });
    if (threads == 0) return;
    warnings.push_back(
        {"not_sampled",
         fmt::format("{} thread{} not sampled ({}): {:.2f} s of CPU time that cannot be split by function", threads,
                     threads == 1 ? " was" : "s were", names_text(cpu_by_name), static_cast<double>(cpu) * 1e-9)});
}

/// Those that the process's own sampler had no means for any more.
void warn_of_other_samplers(const std::vector<UsedRun>& runs, std::vector<Warning>& warnings) {
    std::map<format::Sampler, std::uint64_t> threads;
    for_each_thread(runs, [&](const Process& process, const Thread& thread) {
        if (!thread.sampler || thread.samples.empty()) return;
        const auto sampler = static_cast<format::Sampler>(thread.sampler->sampler);
        if (sampler != process.sampler) ++threads[sampler];
    });
    for (const auto& [sampler, count] : threads)
        warnings.push_back(
            {"other_sampler",
             fmt::format("{} thread{} sampled by {} instead: locked memory (ulimit -l) or file descriptors (ulimit -n) "
                         "ran out",
                         count, count == 1 ? " was" : "s were", recording::sampler_name(sampler))});
}

/// Whether the process ended by itself, for all its last stream says.
bool says_its_end(const recording::RunTrace& trace, const Process& process) {
    return std::any_of(trace.processes.begin(), trace.processes.end(), [&](const Process& stream) {
        return stream.pid == process.pid && (stream.exit_ns || stream.exec_ns || stream.refusal);
    });
}

void warn_of_missing_ends(const std::vector<UsedRun>& runs, std::vector<Warning>& warnings) {
    for (const UsedRun& used : runs) {
        const bool ended_well = used.run->outcome == recording::RunOutcome::Exited && used.run->exit_code == 0;
        if (!ended_well || used.trace->processes.empty()) continue;
        const Process& script = used.trace->processes.front();
        if (says_its_end(*used.trace, script)) continue;
        std::uint64_t last_ns = 0;
        for (const Thread& thread : script.threads) last_ns = std::max(last_ns, thread.last_ns);
        const std::uint64_t end_ns = account::run_end_ns(*used.trace, *used.run);
        warnings.push_back({"cut_short", fmt::format("the recording of a run at {} threads is cut short: nothing is "
                                                     "known of its last {:.2f} s",
                                                     used.run->threads,
                                                     static_cast<double>(end_ns - std::min(last_ns, end_ns)) * 1e-9)});
        return;
    }
}

}  // namespace

std::uint64_t records_without_room(const Process& process) {
    std::uint64_t records = process.chunkless.records;
    for (const Thread& thread : process.threads) records += records_without_room(thread);
    return records;
}

std::vector<Warning> loss_warnings(const std::vector<UsedRun>& runs) {
    std::vector<Warning> warnings;
    for (const auto rule : {warn_of_records, warn_of_unrecorded_threads, warn_of_unsampled_threads,
                            warn_of_other_samplers, warn_of_missing_ends})
        rule(runs, warnings);
    return warnings;
}

}  // namespace ftscale::analysis

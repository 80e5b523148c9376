// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/findings/counter_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include "analysis/counter_roles.h"
#include "analysis/functions.h"

namespace ftscale::analysis {
namespace {

using account::Category;

// The rule. An event's rate is its count per thousand instructions in the functions concerned.
//   confirmed:      it is at least kLeastRate, and at least kLeastGrowth times that of the baseline;
//   not confirmed:  it is below kLeastRate. Only transfers of modified lines can say that: each thread that counts a
//                   shared object must fetch the line with its header. The others may be low for reasons of their own:
//                   locked loads where threads wait for plain loads of the header, exclusive failures where the
//                   processor has atomic instructions, remote accesses within one socket;
//   undecided:      transfers of lines are frequent, but were so at the baseline.
// A line comes in after some 100 to 1000 cycles, so kLeastRate costs 0.01 to 0.1 cycles for each instruction: less is
// no cause of a loss worth a finding. Twofold is well beyond what repeats differ by.
constexpr double kLeastRate = 0.1;
constexpr double kLeastGrowth = 2;

constexpr std::array<std::string_view, 5> kContention = {role::kLineTransfers, role::kExclusiveFailures,
                                                         role::kMemoryOrderClears, role::kRemoteAccesses,
                                                         role::kLockedLoads};

enum class Verdict { None, Confirmed, NotConfirmed, Undecided };

Verdict judge(std::string_view role, double rate, double before) {
    if (rate >= kLeastRate && rate >= kLeastGrowth * before) return Verdict::Confirmed;
    if (role != role::kLineTransfers) return Verdict::None;
    return rate < kLeastRate ? Verdict::NotConfirmed : Verdict::Undecided;
}

const char* verdict_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::Confirmed:
            return "confirmed by ";
        case Verdict::NotConfirmed:
            return "not confirmed: ";
        case Verdict::Undecided:
            return "neither confirmed nor contradicted by ";
        case Verdict::None:
            break;
    }
    return "";
}

bool stands_for(const Function& row, const Place& place) {
    return is_ledger_row(row) && row.place.function == place.function && row.place.file == place.file;
}

Counts counts_at(const RunResult& run, const std::vector<Place>& places) {
    Counts sum;
    for (const Function& row : run.functions)
        if (std::any_of(places.begin(), places.end(), [&](const Place& place) { return stands_for(row, place); }))
            for (const auto& [name, count] : row.counts) sum[name] += count;
    return sum;
}

std::string names_of(const std::vector<Place>& places) {
    constexpr std::size_t kMost = 2;
    std::vector<std::string> names;
    for (const Place& place : places)
        if (std::find(names.begin(), names.end(), place.function) == names.end()) names.push_back(place.function);
    if (names.size() > kMost) return fmt::format("{} and {} more", names.front(), names.size() - 1);
    return names.size() == kMost ? names.front() + " and " + names.back() : names.front();
}

const char* estimate_mark(const CounterFacts& counter) { return counter.running_share < 1 ? " (estimated)" : ""; }

/// Of work: per cycle, and in GHz. The clock is absent where the ledger weighs the threads' time (more threads than
/// slots), for counts are not weighted.
struct Pace {
    std::optional<double> ipc, clock_ghz;
};

Pace pace_of(const RunResult& run, const Measurement& measurement) {
    Pace pace{instructions_per_cycle(run.work_counts, measurement), std::nullopt};
    const auto cycles = count_of(run.work_counts, measurement, role::kCycles);
    const double own_s =
        std::accumulate(run.thread_rows.begin(), run.thread_rows.end(), 0.0,
                        [](double sum, const ThreadRow& thread) { return sum + thread.ledger[Category::Work]; });
    const double in_slots_s = run.repeats.empty() ? 0 : run.repeats.back()[Category::Work];
    constexpr double kSame = 0.01;
    const bool is_unweighted = in_slots_s > 0 && std::abs(own_s - in_slots_s) <= kSame * in_slots_s;
    if (cycles && is_unweighted && run.ledger[Category::Work] > 0)
        pace.clock_ghz = 1e-9 * *cycles / run.ledger[Category::Work];
    return pace;
}

/// " (1.92 -> 1.31)"; empty where either is not known.
std::string change_text(const std::optional<double>& before, const std::optional<double>& now, const char* unit) {
    return before && now ? fmt::format(" ({:.2f} -> {:.2f}{})", *before, *now, unit) : std::string();
}

std::string instructions_change(const Evidence& evidence) {
    const auto now = count_of(evidence.run.work_counts, evidence.measurement, role::kInstructions);
    const auto before = count_of(evidence.baseline.work_counts, evidence.measurement, role::kInstructions);
    if (!now || before.value_or(0) <= 0) return {};
    return fmt::format(" ({:+.1f} %)", 100 * (*now / (evidence.run.ideal * *before) - 1));
}

struct Part {
    double cores;
    std::string text;
};

/// Largest first.
std::vector<Part> parts_of(const Evidence& evidence) {
    const WorkSplit& split = *evidence.run.work_split;
    const Pace now = pace_of(evidence.run, evidence.measurement);
    const Pace before = pace_of(evidence.baseline, evidence.measurement);
    const auto part = [&](double seconds, const char* grown, const char* shrunk, const std::string& change) {
        return Part{evidence.cores(seconds), (seconds < 0 ? shrunk : grown) + change};
    };
    std::vector<Part> parts = {
        part(split.more_instructions_s, "more instructions", "fewer instructions", instructions_change(evidence)),
        part(split.lower_ipc_s, "fewer instructions per cycle", "more instructions per cycle",
             change_text(before.ipc, now.ipc, "")),
        part(split.lower_clock_s, "lower clock", "higher clock", change_text(before.clock_ghz, now.clock_ghz, " GHz"))};
    std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.cores > b.cores; });
    return parts;
}

}  // namespace

std::vector<std::string> contention_texts(const Evidence& evidence, const std::vector<Place>& places) {
    std::vector<std::string> texts;
    const Counts now = counts_at(evidence.run, places), before = counts_at(evidence.baseline, places);
    for (const std::string_view role : kContention)
        for (const CounterFacts& counter : evidence.measurement.counters) {
            if (counter.role != role) continue;
            const auto rate = per_kiloinstruction(now, evidence.measurement, counter.name);
            if (!rate) continue;
            // A function that did not run at the baseline had no transfers there.
            const double base = per_kiloinstruction(before, evidence.measurement, counter.name).value_or(0);
            const Verdict verdict = judge(role, *rate, base);
            if (verdict == Verdict::None) continue;
            texts.push_back(fmt::format("{}{}: {:.2f} -> {:.2f} per thousand instructions in {}{}",
                                        verdict_text(verdict), counter.name, base, *rate, names_of(places),
                                        estimate_mark(counter)));
        }
    return texts;
}

WorkPart main_work_part(const Evidence& evidence) {
    constexpr double kMostOfIt = 0.5;
    const double loss_s = evidence.run.loss[Category::Work];
    if (!evidence.run.work_split || loss_s <= 0) return WorkPart::None;
    const WorkSplit& split = *evidence.run.work_split;
    const std::array<std::pair<double, WorkPart>, 3> parts = {{{split.more_instructions_s, WorkPart::MoreInstructions},
                                                               {split.lower_ipc_s, WorkPart::LowerIpc},
                                                               {split.lower_clock_s, WorkPart::LowerClock}}};
    const auto largest = std::max_element(parts.begin(), parts.end());
    return largest->first > kMostOfIt * loss_s ? largest->second : WorkPart::None;
}

std::string work_split_text(const Evidence& evidence) {
    if (!evidence.run.work_split) return {};
    constexpr double kSmallest = 0.005;  // cores: what would print as 0.00
    std::string text;
    for (const Part& part : parts_of(evidence)) {
        if (std::abs(part.cores) < kSmallest) continue;
        const std::string of_all =
            text.empty() ? fmt::format(" of {:.2f} cores", evidence.lost_cores(Category::Work)) : std::string();
        text += fmt::format("{}{:.2f}{}: {}", text.empty() ? "" : "; ", part.cores, of_all, part.text);
    }
    return text;
}

}  // namespace ftscale::analysis

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/error.h"
#include "export/sample_costs.h"

namespace ftscale::exports {
namespace {

using account::Category;
using analysis::Profile;
using analysis::RunProfile;
using analysis::Span;
using analysis::ThreadProfile;

constexpr const char* kAllThreads = "all threads";

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
    throw base::Error(message, hint, base::ExitCode::Usage);
}

bool is_waiting(const Span& span) { return span.is_wait && span.category != Category::Kernel; }

/// What makes two weights one.
using Key = std::tuple<std::uint32_t, Category, int>;  // node, category, lock

/// Weights of one series while they are summed.
class Sum {
  public:
    void add(const Key& key, double value, double events) {
        auto& [sum, count] = sums_[key];
        sum += value;
        count += events;
    }
    std::vector<StackWeight> take() const {
        std::vector<StackWeight> weights;
        for (const auto& [key, sum] : sums_) {
            const auto& [node, category, lock] = key;
            if (sum.first != 0 || sum.second != 0) weights.push_back({node, category, lock, sum.first, sum.second});
        }
        return weights;
    }

  private:
    std::map<Key, std::pair<double, double>> sums_;
};

std::vector<const RunProfile*> runs_at(const Profile& profile, int threads) {
    std::vector<const RunProfile*> runs;
    for (const RunProfile& run : profile.runs)
        if (run.threads == threads) runs.push_back(&run);
    return runs;
}

class Selector {
  public:
    Selector(const Profile& profile, const Selection& selection)
        : profile_(profile),
          selection_(selection),
          runs_(runs_at(profile, choose_threads(profile, selection.threads))) {}

    WeightedStacks select() {
        result_.threads = runs_.front()->threads;
        result_.repeats = static_cast<int>(runs_.size());
        result_.what = selection_.what;
        result_.is_time = selection_.what != What::Counter;
        result_.unit_name = unit_name();
        if (selection_.what == What::All || selection_.what == What::Loss || selection_.what == What::Counter)
            select_from_ledgers();
        else
            select_from_threads();
        return std::move(result_);
    }

  private:
    std::string unit_name() const;
    double share() const { return 1.0 / static_cast<double>(runs_.size()); }
    void select_from_ledgers();
    void add_charges(const std::vector<const RunProfile*>& runs, double factor, Sum& sum) const;
    void add_counts(Sum& sum) const;
    void check_counter() const;
    void select_from_threads();
    void add_thread(const RunProfile& run, const ThreadProfile& thread, Sum& own, Sum& all);
    template <typename Add>
    static void add_holders(const RunProfile& run, const Span& span, Add add);
    bool is_selected(const Span& span) const;
    int lock_number(const RunProfile& run, int lock);
    void check_thread(const std::set<std::string>& names) const;

    const Profile& profile_;
    const Selection& selection_;
    std::vector<const RunProfile*> runs_;  // the repeats
    std::map<std::pair<account::LockKind, std::string>, int> locks_;
    WeightedStacks result_;
};

std::string Selector::unit_name() const {
    switch (selection_.what) {
        case What::Cpu:
            return "CPU time";
        case What::Wait:
            return selection_.side == Side::Waiter ? "waiting" : "making others wait";
        case What::All:
            return "threads x wall time";
        case What::Loss:
            return "lost thread time";
        case What::Refcount:
            return "time at shared reference counts";
        case What::Counter:
            break;
    }
    return selection_.counter;
}

void Selector::add_charges(const std::vector<const RunProfile*>& runs, double factor, Sum& sum) const {
    for (const RunProfile* run : runs)
        for (const analysis::NodeCharge& charge : run->charges)
            sum.add({charge.node, charge.category, analysis::kNone},
                    factor / static_cast<double>(runs.size()) * charge.seconds, 0);
}

/// How often the ledger at `versus` threads would be paid without any loss.
double ideal_factor(const Profile& profile, int threads, int versus) {
    const bool weak = profile.manifest.sweep.scaling == recording::Scaling::Weak;
    return weak ? static_cast<double>(threads) / versus : 1;
}

void Selector::check_counter() const {
    std::set<std::string> names;
    for (const RunProfile* run : runs_)
        for (const analysis::NodeCounts& counts : run->counts)
            for (const auto& [name, count] : counts.counts) names.insert(name);
    if (names.contains(selection_.counter)) return;
    refuse(fmt::format("--what: the recording has no counts of '{}'", selection_.counter),
           names.empty() ? "nothing was counted: record with -e" : fmt::format("it has: {}", fmt::join(names, ", ")));
}

void Selector::add_counts(Sum& sum) const {
    for (const RunProfile* run : runs_)
        for (const analysis::NodeCounts& counts : run->counts) {
            const auto found = counts.counts.find(selection_.counter);
            if (found != counts.counts.end())
                sum.add({counts.node, Category::Work, analysis::kNone}, share() * found->second, 0);
        }
}

void Selector::select_from_ledgers() {
    if (!selection_.thread.empty())
        refuse("--thread: the ledger's slots and counts are of all threads together",
               "--what cpu, wait and refcount can be asked of one thread");
    Sum sum;
    if (selection_.what == What::Counter) {
        check_counter();
        add_counts(sum);
    } else {
        add_charges(runs_, 1, sum);
        if (selection_.what == What::Loss) {
            const int versus = selection_.versus == 0 ? profile_.baseline_threads : selection_.versus;
            add_charges(runs_at(profile_, choose_threads(profile_, versus)),
                        -ideal_factor(profile_, result_.threads, versus), sum);
        }
    }
    result_.series.push_back({kAllThreads, sum.take()});
}

bool Selector::is_selected(const Span& span) const {
    switch (selection_.what) {
        case What::Cpu:
            return is_on_cpu(span.category);
        case What::Refcount:
            return span.category == Category::Refcount;
        default:
            return is_waiting(span);
    }
}

int Selector::lock_number(const RunProfile& run, int lock) {
    if (lock == analysis::kNone) return analysis::kNone;
    const analysis::ProfileLock& known = run.locks[static_cast<std::size_t>(lock)];
    const auto [found, is_new] = locks_.try_emplace({known.kind, known.type}, static_cast<int>(result_.locks.size()));
    if (is_new) result_.locks.push_back(known);
    return found->second;
}

/// Each for its share of the wait, and of the one event that a wait is.
template <typename Add>
void Selector::add_holders(const RunProfile& run, const Span& span, Add add) {
    for (std::uint32_t i = 0; i < span.shares; ++i) {
        const analysis::HeldShare& held = run.held[span.first_share + i];
        add(held.node, held.seconds, span.seconds() > 0 ? held.seconds / span.seconds() : 0);
    }
}

void Selector::add_thread(const RunProfile& run, const ThreadProfile& thread, Sum& own, Sum& all) {
    const bool counts_waits = selection_.what == What::Wait;
    for (const Span& span : thread.spans) {
        if (!is_selected(span)) continue;
        const int lock = lock_number(run, span.lock);
        const auto add = [&](std::uint32_t node, double seconds, double events) {
            for (Sum* sum : {&own, &all}) sum->add({node, span.category, lock}, share() * seconds, share() * events);
        };
        if (counts_waits && selection_.side == Side::Holder)
            add_holders(run, span, add);
        else
            add(span.node, span.seconds(), counts_waits ? 1 : 0);
    }
    if (selection_.what != What::Cpu) return;
    const std::vector<SampleCost> costs = cost_samples(thread);
    for (std::size_t i = 0; i < costs.size(); ++i)
        for (Sum* sum : {&own, &all})
            sum->add({thread.samples[i].node, costs[i].category, analysis::kNone}, 0, share());
}

void Selector::check_thread(const std::set<std::string>& names) const {
    if (selection_.thread.empty() || names.contains(selection_.thread)) return;
    refuse(fmt::format("--thread: no thread is called '{}'", selection_.thread),
           fmt::format("there are: {}", fmt::join(names, ", ")));
}

/// Threads of one name, in one run and in all repeats, are one series: pools start anew what does the same.
void Selector::select_from_threads() {
    std::map<std::string, Sum> by_name;
    std::set<std::string> names;
    Sum all;
    for (const RunProfile* run : runs_)
        for (const ThreadProfile& thread : run->thread_profiles) {
            names.insert(thread.name);
            if (!selection_.thread.empty() && thread.name != selection_.thread) continue;
            add_thread(*run, thread, by_name[thread.name], all);
        }
    check_thread(names);
    std::vector<Series> series;
    for (const auto& [name, sum] : by_name) series.push_back({name, sum.take()});
    std::erase_if(series, [](const Series& one) { return one.stacks.empty(); });
    std::stable_sort(series.begin(), series.end(),
                     [](const Series& a, const Series& b) { return a.total() > b.total(); });
    if (selection_.thread.empty()) result_.series.push_back({kAllThreads, all.take()});
    std::move(series.begin(), series.end(), std::back_inserter(result_.series));
}

}  // namespace

std::optional<What> find_what(const std::string& name) {
    static const std::map<std::string, What> kNames = {{"cpu", What::Cpu},
                                                       {"wait", What::Wait},
                                                       {"all", What::All},
                                                       {"loss", What::Loss},
                                                       {"refcount", What::Refcount}};
    const auto found = kNames.find(name);
    return found == kNames.end() ? std::nullopt : std::optional(found->second);
}

double Series::total() const {
    double sum = 0;
    for (const StackWeight& stack : stacks) sum += stack.value;
    return sum;
}

int choose_threads(const Profile& profile, int threads) {
    if (profile.runs.empty())
        throw base::Error("the recording holds nothing to export", "ftscale report says what went wrong");
    if (threads == 0) return profile.runs.back().threads;
    std::set<int> counts;
    for (const RunProfile& run : profile.runs) counts.insert(run.threads);
    if (!counts.contains(threads))
        refuse(fmt::format("--threads: the recording has no run at {} threads", threads),
               fmt::format("it has: {}", fmt::join(counts, ", ")));
    return threads;
}

const RunProfile& typical_run(const Profile& profile, int threads) {
    std::vector<const RunProfile*> runs = runs_at(profile, choose_threads(profile, threads));
    std::stable_sort(runs.begin(), runs.end(),
                     [](const RunProfile* a, const RunProfile* b) { return a->wall_s < b->wall_s; });
    return *runs[(runs.size() - 1) / 2];
}

WeightedStacks select_stacks(const Profile& profile, const Selection& selection) {
    return Selector(profile, selection).select();
}

}  // namespace ftscale::exports

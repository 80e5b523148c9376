// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "compare/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "compare/comparable.h"
#include "model/comparison.h"
#include "model/ranks.h"

namespace ftscale::compare {
namespace {

using model::LogEstimate;

constexpr double kPower = 0.9;           // of the repeats that are asked for
constexpr int kMostRepeats = 1000;       // that are
constexpr double kNormal95 = 1.96;       // of sampled figures, whose error is near normal
constexpr double kVisibleGrowth = 0.02;  // cores
constexpr std::size_t kMostGrowths = 5;

/// A rule, before the correction for how many there are.
struct Judged {
    Outcome outcome;
    double p_broken = 1;                               // how likely it looks so broken by chance
    double p_kept = 1;                                 // and so kept
    bool is_disturbed = false;                         // others may have broken it, with the probability p_bout at most
    bool is_brief = false;                             // so little was measured that one bout of others may explain it,
    bool is_baseline_brief = false;                    // however much more is measured now,
    double p_bout = 0;                                 // with this probability at most
    LogEstimate estimate = {};                         // for where noise hides the answer,
    double distance = 0;                               // how far from the limit it is expected to lie,
    int repeats = 0;                                   // and of how many it was made,
    int repeats_to_last = 0;                           // how many would be long enough,
    double (*least_p)(std::size_t repeats) = nullptr;  // and what the order of so many rounds can say at most

    /// As far as the interval says.
    bool looks_broken() const { return 1 - p_kept < kPassLevel; }
    bool may_be_a_bout() const { return is_brief && p_bout >= kFailLevel; }
    bool may_be_others() const { return is_disturbed && p_bout >= kFailLevel; }
};

/// With no error at all there is no chance.
double chance_of(double distance, double error, double degrees) {
    if (error > 0) return model::student_t_tail(distance / error, degrees);
    return distance > 0 ? 0 : 1;
}

double least_p_of_two(std::size_t repeats) { return model::least_rank_sum_p(repeats, repeats); }

/// How long these runs were measured for, with what passes between them.
double measured_s(const Figures& figures, const model::TimedRuns& runs) {
    return std::max(figures.sweep_s, runs.total_s());
}

bool is_brief(const Figures& figures, const model::TimedRuns& runs) {
    return measured_s(figures, runs) < kShortestSweep_s;
}

/// How many repeats as these are long enough for something to be broken.
int repeats_to_last(const Figures& figures, const model::TimedRuns& runs) {
    const double repeat_s = measured_s(figures, runs) / static_cast<double>(runs.count());
    return static_cast<int>(std::min<double>(kMostRepeats, std::ceil(kShortestSweep_s / repeat_s)));
}

/// A single run of both has no spread.
bool has_spread(const Figures& figures, int threads) {
    const auto runs = timed_runs(figures, threads);
    return runs && runs->count() > 1;
}

class Checker {
  public:
    Checker(const Figures& now, const Figures* baseline, const Rules& rules, int looks)
        : now_(now), baseline_(baseline), rules_(rules), looks_(looks) {}

    CheckResult check() {
        if (now_.points.empty()) result_.reasons.emplace_back("the recording has no runs with figures");
        if (baseline_ != nullptr)
            for (const auto& differing :
                 {differing_conditions(now_, *baseline_), differing_questions(now_, *baseline_)})
                result_.reasons.insert(result_.reasons.end(), differing.begin(), differing.end());
        if (!result_.reasons.empty()) {
            result_.verdict = Verdict::Invalid;
            return std::move(result_);
        }
        if (baseline_ != nullptr) judge_regressions();
        for (const auto& [threads, speedup] : rules_.min_speedup) judge_speedup(threads, speedup);
        for (const LossRule& rule : rules_.max_loss) judge_loss(rule);
        decide();
        conclude();
        return std::move(result_);
    }

  private:
    void judge_regressions();
    void judge_regression(int threads, double allowed);
    void judge_speedup(int threads, double least);
    void judge_loss(const LossRule& rule);
    void decide();
    bool is_sure_of(double p) const;
    bool has_too_few_runs(const Judged& judged) const;
    int repeats_needed(const Judged& judged) const;
    double fail_level() const { return kFailLevel / looks_; }
    double pass_level() const { return kPassLevel / looks_; }
    void conclude();
    void without_figure(Outcome outcome, Verdict verdict, std::string reason);
    void without_spread(Outcome outcome);

    const Figures& now_;
    const Figures* baseline_;
    const Rules& rules_;
    const int looks_;
    std::vector<Judged> judged_;
    CheckResult result_;
};

void Checker::without_figure(Outcome outcome, Verdict verdict, std::string reason) {
    outcome.verdict = verdict;
    outcome.reason = std::move(reason);
    result_.outcomes.push_back(std::move(outcome));
}

void Checker::without_spread(Outcome outcome) {
    // More runs help where it is not the baseline that lacks them.
    if (baseline_ == nullptr || has_spread(*baseline_, outcome.threads)) outcome.repeats_needed = 2;
    without_figure(std::move(outcome), Verdict::Inconclusive,
                   "a single run has no spread: at least 2 repeats are needed");
}

void Checker::judge_regressions() {
    const double allowed = rules_.max_regression.value_or(kDefaultMaxRegression);
    for (const TimedPoint& point : now_.points)
        if (point.threads != now_.baseline_threads && baseline_->point_at(point.threads) != nullptr)
            judge_regression(point.threads, allowed);
}

void Checker::judge_regression(int threads, double allowed) {
    Outcome outcome{"max-regression", {}, threads, {}, 0, 1 - allowed, {}, {}, {}, {}};
    const auto change = speed_change(now_, *baseline_, threads);
    if (!change) return without_spread(std::move(outcome));
    const model::TimedRuns now = *timed_runs(now_, threads), before = *timed_runs(*baseline_, threads);
    outcome.value = change->value();
    outcome.interval95 = change->interval(0.95);
    Judged judged{std::move(outcome), std::max(change->p_below(1), model::rounds_p_below(now, before)),
                  change->p_above(1 - allowed)};
    judged.is_disturbed = now_.is_disturbed_at(threads) || baseline_->is_disturbed_at(threads);
    judged.is_baseline_brief = is_brief(*baseline_, before);
    judged.is_brief = is_brief(now_, now) || judged.is_baseline_brief;
    judged.p_bout = change->p_below(kBoutSpeed * (1 - allowed));
    judged.estimate = *change;
    judged.distance = -std::log1p(-allowed);  // were it as it was
    judged.repeats = static_cast<int>(std::min(now.count(), before.count()));
    judged.repeats_to_last = std::max(repeats_to_last(now_, now), repeats_to_last(*baseline_, before));
    judged.least_p = least_p_of_two;
    judged_.push_back(std::move(judged));
}

void Checker::judge_speedup(int threads, double least) {
    Outcome outcome{"min-speedup", {}, threads, {}, 0, least, {}, {}, {}, {}};
    if (now_.point_at(threads) == nullptr)
        return without_figure(outcome, Verdict::Invalid,
                              fmt::format("the recording has no runs at {} threads", threads));
    const auto speedup = speed_ratio(now_, threads);
    if (!speedup) return without_spread(std::move(outcome));
    const model::TimedRuns runs = *timed_runs(now_, threads);
    const double scale = speedup_scale(now_, threads);
    LogEstimate scaled = *speedup;
    scaled.mean += std::log(scale);
    outcome.value = scaled.value();
    outcome.interval95 = scaled.interval(0.95);
    Judged judged{std::move(outcome), std::max(scaled.p_below(least), model::rounds_p_below(runs, least / scale)),
                  scaled.p_above(least)};
    judged.is_disturbed = now_.is_disturbed_at(threads);
    judged.is_brief = is_brief(now_, runs);
    judged.p_bout = scaled.p_below(kBoutSpeed * least);
    judged.estimate = scaled;
    judged.distance = std::abs(scaled.mean - std::log(least));
    judged.repeats = static_cast<int>(runs.count());
    judged.repeats_to_last = repeats_to_last(now_, runs);
    judged.least_p = model::least_sign_p;
    judged_.push_back(std::move(judged));
}

/// All rules together: the more there are, the surer each has to be.
void Checker::decide() {
    std::vector<double> p_values;
    for (const Judged& one : judged_) p_values.push_back(one.p_broken);
    const std::vector<double> adjusted = model::holm_adjusted(p_values);
    for (std::size_t i = 0; i < judged_.size(); ++i) {
        const Judged& judged = judged_[i];
        Outcome outcome = judged.outcome;
        const bool is_broken = adjusted[i] < fail_level() && judged.looks_broken() && !judged.may_be_a_bout();
        if (is_broken && !judged.may_be_others())
            outcome.verdict = Verdict::Fail;
        else if (judged.p_kept < pass_level())
            outcome.verdict = Verdict::Pass;
        else
            outcome.verdict = Verdict::Inconclusive;
        if (outcome.verdict == Verdict::Inconclusive) {
            outcome.is_disturbed = judged.is_disturbed;
            outcome.has_too_few_runs = has_too_few_runs(judged);
            outcome.has_short_baseline = judged.is_baseline_brief && judged.looks_broken() && judged.may_be_a_bout();
            outcome.repeats_needed = repeats_needed(judged);
        }
        result_.outcomes.push_back(std::move(outcome));
    }
}

bool Checker::is_sure_of(double p) const { return static_cast<double>(judged_.size()) * p < fail_level(); }

/// Whether it would be broken, but for chance that no figure of so few runs could rule out.
bool Checker::has_too_few_runs(const Judged& judged) const {
    if (!judged.looks_broken()) return false;
    const auto count = static_cast<std::size_t>(judged.repeats);
    return judged.may_be_a_bout() ||
           (judged.least_p != nullptr && count < model::kFewRuns && !is_sure_of(judged.least_p(count)));
}

int Checker::repeats_needed(const Judged& judged) const {
    if (!has_too_few_runs(judged)) {
        const int told = model::repeats_to_tell(judged.estimate, judged.repeats, judged.distance, kPassLevel, kPower);
        return std::max(told, judged.looks_broken() ? std::min(2 * judged.repeats, kMostRepeats) : judged.repeats + 1);
    }
    int needed = std::max(judged.repeats, judged.repeats_to_last);
    if (judged.least_p != nullptr)
        while (!is_sure_of(judged.least_p(static_cast<std::size_t>(needed)))) ++needed;
    return needed;
}

/// "function:collect" -> the losses of functions, "collect".
const Loss* find_loss(const LossPoint& point, const std::string& name) {
    const auto named = [](const std::vector<Loss>& losses, const std::string& wanted) {
        const auto found =
            std::find_if(losses.begin(), losses.end(), [&](const Loss& loss) { return loss.name == wanted; });
        return found == losses.end() ? nullptr : &*found;
    };
    if (name.rfind("function:", 0) == 0) return named(point.functions, name.substr(9));
    if (name.rfind("lock:", 0) == 0) return named(point.locks, name.substr(5));
    if (name.rfind("object:", 0) == 0) return named(point.objects, name.substr(7));
    return named(point.categories, name);
}

/// Samples say how sure a function's or lock's loss is within the runs, but not how much the runs differ: all losses
/// together are what the speed-up lacks, and of its error each has its share.
double loss_error(const Loss& loss, const Figures& figures, int threads) {
    const auto ratio = speed_ratio(figures, threads);
    if (!ratio) return loss.standard_error;
    const double speedup = speedup_scale(figures, threads) * ratio->value();
    const double lost = threads - speedup;
    const double share = lost > 0 ? std::clamp(loss.cores / lost, 0.0, 1.0) : 1;
    return std::hypot(loss.standard_error, share * speedup * ratio->error());
}

void Checker::judge_loss(const LossRule& rule) {
    Outcome outcome{"max-loss", rule.name, 1, {}, 0, rule.cores, {}, {}, {}, {}};
    if (now_.losses.empty())
        return without_figure(outcome, Verdict::Invalid, "the recording has one thread count: nothing to lose against");
    const LossPoint& point = now_.losses.back();
    outcome.threads = point.threads;
    const Loss* loss = find_loss(point, rule.name);
    // Functions and locks that lose next to nothing are not among the figures.
    outcome.value = loss == nullptr ? 0 : loss->cores;
    if (loss != nullptr) outcome.line = loss->line;
    const double degrees = loss_degrees(now_, point.threads);
    const double error = loss == nullptr ? 0 : loss_error(*loss, now_, point.threads);
    const double reach = error > 0 ? model::student_t95(degrees) * error : 0;
    outcome.interval95 = {outcome.value - reach, outcome.value + reach};
    const double beyond = outcome.value - rule.cores;
    // What is lost to nothing at all keeps every rule.
    Judged judged{std::move(outcome), chance_of(beyond, error, degrees),
                  error > 0 ? chance_of(-beyond, error, degrees) : (beyond > 0 ? 1.0 : 0.0)};
    judged.estimate = {judged.outcome.value, error, degrees};
    judged.distance = std::abs(beyond);
    judged.is_disturbed = now_.is_disturbed_at(point.threads);
    if (const auto runs = timed_runs(now_, point.threads); runs && runs->total_s() > 0) {
        judged.is_brief = is_brief(now_, *runs);
        judged.p_bout = chance_of(beyond - (1 - kBoutSpeed) * point.threads, error, degrees);
        judged.repeats = static_cast<int>(runs->count());
        judged.repeats_to_last = repeats_to_last(now_, *runs);
        // What the rounds lost is not told apart; but so many have to be there as could tell.
        judged.least_p = model::least_sign_p;
        if (runs->count() < model::kFewRuns)
            judged.p_broken = std::max(judged.p_broken, model::least_sign_p(runs->count()));
    }
    judged_.push_back(std::move(judged));
}

void Checker::conclude() {
    for (const Outcome& outcome : result_.outcomes) result_.verdict = std::max(result_.verdict, outcome.verdict);
    if (result_.outcomes.empty()) {
        result_.verdict = Verdict::Invalid;
        result_.reasons.emplace_back("no thread count above the baseline's is in both recordings");
    }
    for (const Outcome& outcome : result_.outcomes)
        if (outcome.verdict == Verdict::Invalid) result_.reasons.push_back(outcome.reason);
    result_.threads = now_.points.back().threads;
    if (baseline_ != nullptr) result_.grown = find_growth(now_, *baseline_, result_.threads);
}

void add_growth(const char* kind, const std::vector<Loss>& now, const std::vector<Loss>& before,
                std::vector<Growth>& grown) {
    for (const Loss& loss : now) {
        const Loss* found = find_same(before, loss);
        const Loss old = found == nullptr ? Loss{} : *found;
        const double noise = kNormal95 * std::hypot(loss.standard_error, old.standard_error);
        if (loss.cores - old.cores > std::max(kVisibleGrowth, noise)) grown.push_back({kind, loss, old.cores});
    }
}

}  // namespace

const char* verdict_name(Verdict verdict) {
    switch (verdict) {
        case Verdict::Pass:
            return "pass";
        case Verdict::Inconclusive:
            return "inconclusive";
        case Verdict::Fail:
            return "fail";
        case Verdict::Invalid:
            break;
    }
    return "invalid";
}

std::vector<Growth> find_growth(const Figures& now, const Figures& before, int threads) {
    static const LossPoint kNothing;
    const LossPoint* after = now.losses_at(threads);
    const LossPoint* old = before.losses_at(threads);
    if (after == nullptr) return {};
    if (old == nullptr) old = &kNothing;
    std::vector<Growth> grown;
    add_growth("function", after->functions, old->functions, grown);
    add_growth("lock", after->locks, old->locks, grown);
    add_growth("object", after->objects, old->objects, grown);
    std::stable_sort(grown.begin(), grown.end(),
                     [](const Growth& a, const Growth& b) { return a.grown_cores() > b.grown_cores(); });
    grown.resize(std::min(grown.size(), kMostGrowths));
    return grown;
}

CheckResult check(const Figures& now, const Figures* baseline, const Rules& rules, int looks) {
    return Checker(now, baseline, rules, std::max(1, looks)).check();
}

}  // namespace ftscale::compare

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "compare/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "compare/comparable.h"
#include "model/comparison.h"

namespace ftscale::compare {
namespace {

using model::LogEstimate;

constexpr double kPower = 0.9;           // of the repeats that are asked for
constexpr double kNormal95 = 1.96;       // of sampled figures, whose error is near normal
constexpr double kVisibleGrowth = 0.02;  // cores
constexpr std::size_t kMostGrowths = 5;

/// A rule, before the correction for how many there are.
struct Judged {
    Outcome outcome;
    double p_broken = 1;                       // how likely it looks so broken by chance
    double p_kept = 1;                         // and so kept
    std::function<int()> repeats_needed = {};  // for where noise hides the answer; takes a while to work out
    bool is_worse = true;                      // by as much as a broken rule has to be
};

/// With no error at all there is no chance.
double chance_of(double distance, double error, double degrees) {
    if (error > 0) return model::student_t_tail(distance / error, degrees);
    return distance > 0 ? 0 : 1;
}

int repeats_at(const Figures& figures, int threads) {
    const TimedPoint* point = figures.point_at(threads);
    return point == nullptr ? 0 : static_cast<int>(point->repeats_s.size());
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
    void conclude();
    void without_figure(Outcome outcome, Verdict verdict, std::string reason);

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

void Checker::judge_regressions() {
    const double allowed = rules_.max_regression.value_or(kDefaultMaxRegression);
    for (const TimedPoint& point : now_.points)
        if (point.threads != now_.baseline_threads && baseline_->point_at(point.threads) != nullptr)
            judge_regression(point.threads, allowed);
}

void Checker::judge_regression(int threads, double allowed) {
    Outcome outcome{"max-regression", {}, threads, {}, 0, 1 - allowed, {}, {}, {}, {}};
    const auto after = speed_ratio(now_, threads), before = speed_ratio(*baseline_, threads);
    if (!after || !before)
        return without_figure(outcome, Verdict::Inconclusive,
                              "a single run has no spread: at least 2 repeats are needed");
    const LogEstimate change = model::ratio_of(*after, *before);
    outcome.value = change.value();
    outcome.interval95 = change.interval(0.95);
    const int repeats = std::min(repeats_at(now_, threads), repeats_at(*baseline_, threads));
    judged_.push_back({outcome, change.p_below(1), change.p_above(outcome.bound),
                       [=] { return model::repeats_to_tell(change, repeats, allowed, kPassLevel, kPower); },
                       outcome.value <= outcome.bound});
}

void Checker::judge_speedup(int threads, double least) {
    Outcome outcome{"min-speedup", {}, threads, {}, 0, least, {}, {}, {}, {}};
    if (now_.point_at(threads) == nullptr)
        return without_figure(outcome, Verdict::Invalid,
                              fmt::format("the recording has no runs at {} threads", threads));
    const auto speedup = speed_ratio(now_, threads);
    if (!speedup)
        return without_figure(outcome, Verdict::Inconclusive,
                              "a single run has no spread: at least 2 repeats are needed");
    LogEstimate scaled = *speedup;
    scaled.mean += std::log(speedup_scale(now_, threads));
    outcome.value = scaled.value();
    outcome.interval95 = scaled.interval(0.95);
    judged_.push_back({outcome, scaled.p_below(least), scaled.p_above(least)});
}

/// All rules together: the more there are, the surer each has to be.
void Checker::decide() {
    std::vector<double> p_values;
    for (const Judged& one : judged_) p_values.push_back(one.p_broken);
    const std::vector<double> adjusted = model::holm_adjusted(p_values);
    for (std::size_t i = 0; i < judged_.size(); ++i) {
        Outcome& outcome = judged_[i].outcome;
        if (adjusted[i] < kFailLevel / looks_ && judged_[i].is_worse)
            outcome.verdict = Verdict::Fail;
        else if (judged_[i].p_kept < kPassLevel / looks_)
            outcome.verdict = Verdict::Pass;
        else
            outcome.verdict = Verdict::Inconclusive;
        if (outcome.verdict == Verdict::Inconclusive && judged_[i].repeats_needed)
            outcome.repeats_needed = judged_[i].repeats_needed();
        result_.outcomes.push_back(outcome);
    }
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
    const double error = loss == nullptr ? 0 : loss->standard_error;
    const double degrees = loss_degrees(now_, point.threads);
    const double reach = error > 0 ? model::student_t95(degrees) * error : 0;
    outcome.interval95 = {outcome.value - reach, outcome.value + reach};
    const double beyond = outcome.value - rule.cores;
    // What is lost to nothing at all keeps every rule.
    judged_.push_back({outcome, chance_of(beyond, error, degrees),
                       error > 0 ? chance_of(-beyond, error, degrees) : (beyond > 0 ? 1.0 : 0.0)});
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

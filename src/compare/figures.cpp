// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "compare/figures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "analysis/functions.h"
#include "analysis/uncertainty.h"
#include "model/comparison.h"

namespace ftscale::compare {
namespace {

using account::Category;
using analysis::Analysis;
using analysis::RegionResult;
using analysis::RunResult;

constexpr std::size_t kMostFunctions = 20, kMostLocks = 10, kMostObjects = 10;
constexpr double kSmallestCores = 0.005;  // what would be printed as 0.00

/// Those of one name and place are one: nothing else tells them apart in another recording.
void add_loss(Loss loss, std::vector<Loss>& losses) {
    const Loss* same = find_same(losses, loss);
    if (same == nullptr) return losses.push_back(std::move(loss));
    Loss& sum = losses[static_cast<std::size_t>(same - losses.data())];
    sum.cores += loss.cores;
    sum.standard_error = std::hypot(sum.standard_error, loss.standard_error);
}

/// The same in every checkout.
std::string portable_path(const std::string& file, const std::string& folder) {
    const std::string prefix = folder + "/";
    return !folder.empty() && file.rfind(prefix, 0) == 0 ? file.substr(prefix.size())
                                                         : file.substr(file.rfind('/') + 1);
}

std::vector<double> repeats_of(const RunResult& run, Category category) {
    std::vector<double> seconds;
    for (const analysis::Amounts& amounts : run.repeats) seconds.push_back(amounts[category]);
    return seconds;
}

class LossMaker {
  public:
    LossMaker(const Analysis& analysis, const RunResult& run, const RunResult& baseline)
        : analysis_(analysis),
          run_(run),
          baseline_(baseline),
          cores_per_second_(run.capacity_s > 0 ? run.threads / run.capacity_s : 0) {}

    LossPoint make() const {
        LossPoint point;
        point.threads = run_.threads;
        for (const Category category : account::kAllCategories) point.categories.push_back(category_loss(category));
        for (const analysis::Function& function : run_.functions) {
            if (point.functions.size() == kMostFunctions || !analysis::is_ledger_row(function)) continue;
            const double cores = cores_per_second_ * function.loss_s;
            if (cores >= kSmallestCores) add_loss(function_loss(function, cores), point.functions);
        }
        for (const analysis::Lock& lock : run_.locks)
            if (point.locks.size() < kMostLocks && lock.lost_cores >= kSmallestCores)
                add_loss(lock_loss(lock), point.locks);
        for (const analysis::Object& object : run_.objects)
            if (point.objects.size() < kMostObjects && object.lost_cores >= kSmallestCores)
                add_loss(object_loss(object), point.objects);
        return point;
    }

  private:
    double frequency_hz() const { return analysis_.measurement.frequency_hz; }

    Loss category_loss(Category category) const {
        const double here = analysis::standard_error_s(repeats_of(run_, category), frequency_hz());
        const double before = analysis::standard_error_s(repeats_of(baseline_, category), frequency_hz());
        return {account::category_name(category),
                {},
                run_.lost_cores(category),
                cores_per_second_ * std::hypot(here, run_.ideal * before)};
    }
    Loss function_loss(const analysis::Function& function, double cores) const {
        return {function.place.function,
                portable_path(function.place.file, analysis_.manifest.working_directory),
                cores,
                sampling_error(function.self.total()),
                {function.place.file, function.hot_line}};
    }
    Loss lock_loss(const analysis::Lock& lock) const {
        Loss loss{lock.name.empty() ? lock.type : lock.name, account::lock_kind_name(lock.kind), lock.lost_cores,
                  sampling_error(lock.wait_s + lock.spin_s)};
        if (!lock.waiters.empty()) loss.line = line_of(lock.waiters.front().place);
        return loss;
    }
    Loss object_loss(const analysis::Object& object) const {
        Loss loss{object.name.empty() ? object.type : object.name, object.name.empty() ? "" : object.type,
                  object.lost_cores, sampling_error(object.refcount_s)};
        if (!object.sites.empty()) loss.line = line_of(object.sites.front().place);
        return loss;
    }
    static SourceLine line_of(const analysis::Place& place) {
        return place.native ? SourceLine{} : SourceLine{place.file, place.line};
    }
    /// Their repeats are not told apart: of samples alone.
    double sampling_error(double seconds) const {
        const auto repeats = static_cast<double>(std::max<std::size_t>(1, run_.repeats.size()));
        return frequency_hz() > 0 ? cores_per_second_ * std::sqrt(seconds / (frequency_hz() * repeats)) : 0;
    }

    const Analysis& analysis_;
    const RunResult& run_;
    const RunResult& baseline_;
    const double cores_per_second_;
};

double sweep_s(const recording::Manifest& manifest) {
    std::uint64_t first_ns = 0, last_ns = 0;
    for (const recording::Run& run : manifest.runs) {
        if (run.warmup || run.ended_ns <= run.started_ns) continue;
        first_ns = first_ns == 0 ? run.started_ns : std::min(first_ns, run.started_ns);
        last_ns = std::max(last_ns, run.ended_ns);
    }
    return static_cast<double>(last_ns - first_ns) / 1e9;
}

std::string interpreter_text(const recording::Interpreter& interpreter) {
    return interpreter.version + (interpreter.free_threaded ? "t" : "");
}

}  // namespace

double TimedPoint::fastest_s() const {
    std::vector<double> times = repeats_s;
    std::sort(times.begin(), times.end());
    times.resize(std::min(times.size(), model::fastest_runs(times.size())));
    return model::mean(times);
}

const TimedPoint* Figures::point_at(int threads) const {
    const auto found =
        std::find_if(points.begin(), points.end(), [&](const TimedPoint& point) { return point.threads == threads; });
    return found == points.end() ? nullptr : &*found;
}

bool Figures::is_disturbed_at(int threads) const {
    const TimedPoint *here = point_at(threads), *base = point_at(baseline_threads);
    return (here != nullptr && here->is_disturbed) || (base != nullptr && base->is_disturbed);
}

const LossPoint* Figures::losses_at(int threads) const {
    const auto found =
        std::find_if(losses.begin(), losses.end(), [&](const LossPoint& point) { return point.threads == threads; });
    return found == losses.end() ? nullptr : &*found;
}

const Loss* find_same(const std::vector<Loss>& losses, const Loss& loss) {
    const auto found = std::find_if(losses.begin(), losses.end(), [&](const Loss& other) {
        return other.name == loss.name && other.place == loss.place;
    });
    return found == losses.end() ? nullptr : &*found;
}

Figures make_figures(const Analysis& analysis, const Analysis& fastest) {
    const recording::Manifest& manifest = analysis.manifest;
    const RegionResult& region = analysis.whole;
    Figures figures;
    figures.command = fmt::format("{}", fmt::join(manifest.argv, " "));
    figures.interpreter = interpreter_text(manifest.interpreter);
    figures.gil_on = analysis.measurement.gil.on_at_start || analysis.measurement.gil.on_at_end;
    figures.cpus = manifest.machine.cpus;
    figures.processor = manifest.machine.model;
    figures.scaling = manifest.sweep.scaling == recording::Scaling::Weak ? "weak" : "strong";
    figures.region = region.name;
    figures.baseline_threads = analysis.baseline_threads;
    figures.created = manifest.created;
    figures.tool_version = manifest.tool_version;
    figures.sweep_s = sweep_s(manifest);
    for (const analysis::Point& point : region.points)
        figures.points.push_back({point.threads, point.repeats_s, point.disturbed > 0});
    const std::vector<RunResult>& runs = fastest.whole.runs;
    for (const RunResult& run : runs)
        if (run.threads != analysis.baseline_threads)
            figures.losses.push_back(LossMaker(fastest, run, runs.front()).make());
    return figures;
}

namespace {

/// What stands in one of the two alone lost next to nothing in the other.
std::vector<Loss> mean_losses(const std::vector<Loss>& losses, double weight, const std::vector<Loss>& more) {
    std::vector<Loss> means;
    for (Loss loss : losses) {
        const Loss* other = find_same(more, loss);
        const Loss second = other == nullptr ? Loss{} : *other;
        loss.cores = weight * loss.cores + (1 - weight) * second.cores;
        loss.standard_error = std::hypot(weight * loss.standard_error, (1 - weight) * second.standard_error);
        means.push_back(std::move(loss));
    }
    for (Loss loss : more) {
        if (find_same(losses, loss) != nullptr) continue;
        loss.cores *= 1 - weight;
        loss.standard_error *= 1 - weight;
        means.push_back(std::move(loss));
    }
    return means;
}

void sort_by_size(std::vector<Loss>& losses) {
    std::stable_sort(losses.begin(), losses.end(), [](const Loss& a, const Loss& b) { return a.cores > b.cores; });
}

}  // namespace

namespace {

void append_times(TimedPoint& point, const TimedPoint& more) {
    point.repeats_s.insert(point.repeats_s.end(), more.repeats_s.begin(), more.repeats_s.end());
    point.is_disturbed = point.is_disturbed || more.is_disturbed;
}

}  // namespace

void append_repeats(Figures& figures, const Figures& more) {
    figures.sweep_s += more.sweep_s;
    for (LossPoint& losses : figures.losses) {
        const LossPoint* others = more.losses_at(losses.threads);
        const TimedPoint *point = figures.point_at(losses.threads), *other_point = more.point_at(losses.threads);
        if (others == nullptr || point == nullptr || other_point == nullptr) continue;
        const auto count = static_cast<double>(point->repeats_s.size());
        const double weight = count / (count + static_cast<double>(other_point->repeats_s.size()));
        losses.categories = mean_losses(losses.categories, weight, others->categories);
        losses.functions = mean_losses(losses.functions, weight, others->functions);
        losses.locks = mean_losses(losses.locks, weight, others->locks);
        losses.objects = mean_losses(losses.objects, weight, others->objects);
        for (auto* ranked : {&losses.functions, &losses.locks, &losses.objects}) sort_by_size(*ranked);
    }
    for (TimedPoint& point : figures.points)
        if (const TimedPoint* other = more.point_at(point.threads)) append_times(point, *other);
}

double speedup_scale(const Figures& figures, int threads) {
    return figures.scaling == "weak" ? threads : figures.baseline_threads;
}

}  // namespace ftscale::compare

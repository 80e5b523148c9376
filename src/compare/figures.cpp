// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "compare/figures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "analysis/functions.h"
#include "analysis/uncertainty.h"

namespace ftscale::compare {
namespace {

using account::Category;
using analysis::Analysis;
using analysis::RegionResult;
using analysis::RunResult;

constexpr std::size_t kMostFunctions = 20, kMostLocks = 10;
constexpr double kSmallestCores = 0.005;  // what would be printed as 0.00

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
            if (cores >= kSmallestCores) point.functions.push_back(function_loss(function, cores));
        }
        for (const analysis::Lock& lock : run_.locks)
            if (point.locks.size() < kMostLocks && lock.lost_cores >= kSmallestCores)
                point.locks.push_back({lock.name.empty() ? lock.type : lock.name, account::lock_kind_name(lock.kind),
                                       lock.lost_cores, sampling_error(lock.wait_s + lock.spin_s)});
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
        return {function.place.function, portable_path(function.place.file, analysis_.manifest.working_directory),
                cores, sampling_error(function.self.total())};
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

std::string interpreter_text(const recording::Interpreter& interpreter) {
    return interpreter.version + (interpreter.free_threaded ? "t" : "");
}

}  // namespace

const TimedPoint* Figures::point_at(int threads) const {
    const auto found =
        std::find_if(points.begin(), points.end(), [&](const TimedPoint& point) { return point.threads == threads; });
    return found == points.end() ? nullptr : &*found;
}

const LossPoint* Figures::losses_at(int threads) const {
    const auto found =
        std::find_if(losses.begin(), losses.end(), [&](const LossPoint& point) { return point.threads == threads; });
    return found == losses.end() ? nullptr : &*found;
}

Figures make_figures(const Analysis& analysis) {
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
    for (const analysis::Point& point : region.points) figures.points.push_back({point.threads, point.repeats_s});
    for (const RunResult& run : region.runs)
        if (run.threads != analysis.baseline_threads)
            figures.losses.push_back(LossMaker(analysis, run, region.runs.front()).make());
    return figures;
}

double speedup_scale(const Figures& figures, int threads) {
    return figures.scaling == "weak" ? threads : figures.baseline_threads;
}

}  // namespace ftscale::compare

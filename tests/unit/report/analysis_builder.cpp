// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis_builder.h"

#include <algorithm>
#include <numeric>

namespace ftscale::tests {

using analysis::Function;
using analysis::Point;
using analysis::RunResult;

RunBuilder::RunBuilder(int threads, std::vector<double> walls_s) {
    point_.threads = result_.threads = threads;
    point_.wall_s = std::accumulate(walls_s.begin(), walls_s.end(), 0.0) / static_cast<double>(walls_s.size());
    point_.repeats_s = std::move(walls_s);
    result_.capacity_s = threads * point_.wall_s;
}

Function& RunBuilder::row(const Place& place) {
    for (Function& function : result_.functions)
        if (function.place == place) return function;
    Function function;
    function.place = place;
    function.hot_line = place.native ? 0 : place.line + 2;
    result_.functions.push_back(function);
    return result_.functions.back();
}

RunBuilder& RunBuilder::spends(Category category, double seconds, const Place& place) {
    result_.ledger[category] += seconds;
    Function& function = row(place);
    function.self[category] += seconds;
    function.hot_lines[category] = function.hot_line;
    if (function.hot_line > 0) function.by_line[function.hot_line][category] += seconds;
    return *this;
}

RunBuilder& RunBuilder::rest(Category category, const Place& place) {
    return spends(category, result_.capacity_s - result_.ledger.total(), place);
}

RunBuilder& RunBuilder::natively(Category category, double seconds, const Place& place) {
    row(place).self[category] += seconds;
    return *this;
}

RunBuilder& RunBuilder::lock(analysis::Lock lock) {
    lock.lost_cores = (lock.wait_s + lock.spin_s) * result_.threads / result_.capacity_s;
    for (const auto& side : {lock.waiters, lock.holders})
        for (const analysis::LockSide& one : side)
            for (Function& function : result_.functions)
                if (function.place.function == one.place.function && function.locks.empty())
                    function.locks.push_back(lock.id);
    result_.locks.push_back(std::move(lock));
    return *this;
}

RunBuilder& RunBuilder::object(analysis::Object object) {
    object.lost_cores = object.refcount_s * result_.threads / result_.capacity_s;
    for (const analysis::ObjectSite& site : object.sites)
        for (Function& function : result_.functions)
            if (function.place.function == site.place.function) function.objects.push_back(object.id);
    result_.objects.push_back(std::move(object));
    return *this;
}

RunBuilder& RunBuilder::pause(analysis::Pause pause) {
    result_.pauses.push_back(std::move(pause));
    return *this;
}

RunBuilder& RunBuilder::collections(analysis::CollectionRow row) {
    result_.collections.push_back(std::move(row));
    return *this;
}

RunBuilder& RunBuilder::thread(const std::string& name, const std::vector<std::pair<Category, double>>& times) {
    analysis::ThreadRow row{name, {}, static_cast<std::uint32_t>(1000 + result_.thread_rows.size()), {}, {}};
    for (const auto& [category, seconds] : times) row.ledger[category] = seconds;
    result_.thread_rows.push_back(std::move(row));
    return *this;
}

RunBuilder& RunBuilder::counts(const Place& place, const analysis::Counts& counts, double in_work) {
    Function& function = row(place);
    for (const auto& [name, count] : counts) {
        function.counts[name] += count;
        function.work_counts[name] += in_work * count;
        if (place.native) continue;
        result_.counts[name] += count;
        result_.work_counts[name] += in_work * count;
    }
    return *this;
}

RunBuilder& RunBuilder::thread_counts(const analysis::Counts& counts) {
    result_.thread_rows.back().counts = counts;
    return *this;
}

RunBuilder& RunBuilder::process_counts(const analysis::Counts& counts) {
    result_.process_counts = counts;
    return *this;
}

RunBuilder& RunBuilder::efficiency(const std::array<double, 3>& parallel, double computation) {
    analysis::Efficiency efficiency;
    efficiency.load_balance = parallel[0];
    efficiency.serialisation = parallel[1];
    efficiency.transfer = parallel[2];
    efficiency.parallel = parallel[0] * parallel[1] * parallel[2];
    efficiency.computation = computation;
    efficiency.global = efficiency.parallel * computation;
    result_.efficiency = efficiency;
    return *this;
}

RunBuilder& RunBuilder::efficiency(const std::array<double, 3>& parallel, const std::array<double, 3>& computation) {
    efficiency(parallel, computation[0] * computation[1] * computation[2]);
    result_.efficiency->instructions = computation[0];
    result_.efficiency->ipc = computation[1];
    result_.efficiency->clock = computation[2];
    return *this;
}

RunBuilder& RunBuilder::work_split(double more_instructions, double lower_ipc) {
    split_shares_ = {more_instructions, lower_ipc};
    return *this;
}

AnalysisBuilder::AnalysisBuilder(std::vector<std::string> argv) {
    recording::Manifest& manifest = analysis_.manifest;
    manifest.tool_version = "0.1.0";
    manifest.created = "2026-11-24T09:30:00Z";
    manifest.argv = std::move(argv);
    manifest.working_directory = "/home/me";
    manifest.interpreter = {
        "/usr/bin/python3.14t", "3.14.2", 0x030e02f0, "3.14.2 free-threading build", "cpython", true, false};
    manifest.machine = {
        8, 8, "Example CPU 3000 8-Core Processor", "6.12.0", "performance", std::nullopt, 2, std::uint64_t{16} << 30};
    analysis_.measurement = {"cpu-clock", 997, {}, 12345, 0, 0.008};
}

bool AnalysisBuilder::is_weak() const { return analysis_.manifest.sweep.scaling == recording::Scaling::Weak; }

RunBuilder& AnalysisBuilder::run(int threads, std::vector<double> walls_s) {
    return runs_.emplace_back(threads, std::move(walls_s));
}

void AnalysisBuilder::add_losses(RunResult& run, const RunBuilder& baseline) const {
    const RunResult& base = baseline.result_;
    const double ideal = is_weak() ? static_cast<double>(run.threads) / base.threads : 1;
    const auto growth = [ideal](analysis::Amounts now, analysis::Amounts before) {
        before *= ideal;
        return now -= before;
    };
    run.loss = growth(run.ledger, base.ledger);
    run.loss_s = run.capacity_s - ideal * base.capacity_s;
    for (Function& function : run.functions) {
        const auto before = std::find_if(base.functions.begin(), base.functions.end(),
                                         [&](const Function& f) { return f.place == function.place; });
        function.loss = growth(function.self, before == base.functions.end() ? analysis::Amounts() : before->self);
        function.loss_s = function.loss.total();
    }
    std::stable_sort(run.functions.begin(), run.functions.end(),
                     [](const Function& a, const Function& b) { return a.loss_s > b.loss_s; });
}

analysis::RegionResult AnalysisBuilder::take_runs() {
    analysis::RegionResult region;
    for (const RunBuilder& told : runs_) {
        const Point& baseline = runs_.front().point_;
        RunResult run = told.result_;
        Point point = told.point_;
        add_losses(run, runs_.front());
        if (told.split_shares_) {
            const auto [instructions, ipc] = *told.split_shares_;
            const double loss_s = run.loss[Category::Work];
            run.work_split =
                analysis::WorkSplit{instructions * loss_s, ipc * loss_s, (1 - instructions - ipc) * loss_s};
        }
        const double scale = baseline.threads * (is_weak() ? static_cast<double>(point.threads) / baseline.threads : 1);
        point.speedup = scale * baseline.wall_s / point.wall_s;
        point.efficiency = point.speedup / point.threads;
        if (point.repeats_s.size() > 1) {
            const double spread = &told == &runs_.front() ? 0 : 0.02;
            point.ci95_s = analysis::Interval{0.98 * point.wall_s, 1.02 * point.wall_s};
            point.speedup_ci95 = analysis::Interval{(1 - spread) * point.speedup, (1 + spread) * point.speedup};
        }
        region.points.push_back(std::move(point));
        region.runs.push_back(std::move(run));
    }
    runs_.clear();
    return region;
}

void AnalysisBuilder::end_region(const std::string& name) {
    analysis_.regions.push_back(take_runs());
    analysis_.regions.back().name = name;
}

Analysis AnalysisBuilder::finish() {
    analysis::RegionResult whole = take_runs();
    whole.name = analysis_.whole.name;
    whole.amdahl = analysis_.whole.amdahl;
    whole.usl = analysis_.whole.usl;
    whole.law = analysis_.whole.law;
    whole.predictions = analysis_.whole.predictions;
    analysis_.whole = std::move(whole);
    recording::Sweep& sweep = analysis_.manifest.sweep;
    for (const Point& point : analysis_.whole.points) {
        sweep.threads.push_back(point.threads);
        sweep.repeats = std::max(sweep.repeats, static_cast<int>(point.repeats_s.size()));
    }
    if (!analysis_.whole.points.empty()) analysis_.baseline_threads = analysis_.whole.points.front().threads;
    return analysis_;
}

}  // namespace ftscale::tests

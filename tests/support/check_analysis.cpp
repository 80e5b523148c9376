// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "support/check_analysis.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Amounts;
using account::Category;
using account::kAllCategories;
using analysis::Analysis;
using analysis::Point;
using analysis::RegionResult;
using analysis::RunResult;

bool is_close(double a, double b, double scale) { return std::abs(a - b) <= 1e-9 * std::max(scale, 1e-6); }

void check_functions(const RunResult& run) {
    Amounts self, loss;
    std::set<std::tuple<analysis::Place, bool>> seen;
    for (const analysis::Function& function : run.functions) {
        CHECK(seen.emplace(function.place, function.outside_python).second);
        CHECK(is_close(function.loss.total(), function.loss_s, run.capacity_s));
        if (function.place.native && !function.outside_python) continue;  // repeats time of Python rows
        self += function.self;
        loss += function.loss;
    }
    for (const Category category : kAllCategories) {
        CHECK(is_close(self[category], run.ledger[category], run.capacity_s));
        CHECK(is_close(loss[category], run.loss[category], run.capacity_s));
    }
}

void check_objects(const RunResult& run) {
    std::set<std::string> ids;
    double grown = 0, counted_s = 0;
    for (const analysis::Object& object : run.objects) {
        CHECK(ids.insert(object.id).second);
        CHECK(object.refcount_s > 0);
        CHECK(object.count > 0);
        grown += std::max(object.lost_cores, 0.0);
        counted_s += object.refcount_s;
        double at_sites_s = 0;
        for (const analysis::ObjectSite& site : object.sites) at_sites_s += site.refcount_s;
        CHECK(is_close(at_sites_s, object.refcount_s, run.capacity_s));
    }
    CHECK(grown <= std::max(run.lost_cores(Category::Refcount), 0.0) + 1e-9);
    if (counted_s == 0) CHECK(run.ledger[Category::Refcount] == 0);
    for (const analysis::Function& function : run.functions)
        for (const std::string& id : function.objects) CHECK(ids.count(id) == 1);
}

void check_efficiency(const RunResult& run) {
    if (run.efficiency) {
        const analysis::Efficiency& all = *run.efficiency;
        CHECK(is_close(all.parallel * all.computation, all.global, 1));
        CHECK(is_close(all.load_balance * all.serialisation * all.transfer, all.parallel, 1));
        CHECK(all.load_balance <= 1 + 1e-9);
        CHECK(all.transfer <= 1 + 1e-9);
        CHECK(all.instructions.has_value() == all.ipc.has_value());
        if (all.ipc) CHECK(is_close(*all.instructions * *all.ipc * *all.clock, all.computation, 1));
    }
    if (!run.work_split) return;
    const analysis::WorkSplit& split = *run.work_split;
    CHECK(is_close(split.more_instructions_s + split.lower_ipc_s + split.lower_clock_s, run.loss[Category::Work],
                   run.capacity_s));
}

void check_run(const RunResult& run) {
    CHECK(is_close(run.ledger.total(), run.capacity_s, run.capacity_s));
    CHECK(is_close(run.loss.total(), run.loss_s, run.capacity_s));
    for (const Category category : kAllCategories) CHECK(run.ledger[category] >= 0);
    check_functions(run);
    check_objects(run);
    check_efficiency(run);
    std::set<std::string> ids;
    for (const analysis::Lock& lock : run.locks) {
        CHECK(ids.insert(lock.id).second);
        CHECK(lock.wait_s + lock.spin_s > 0);
    }
}

void check_region(const RegionResult& region, recording::Scaling scaling) {
    REQUIRE(region.points.size() == region.runs.size());
    for (std::size_t i = 0; i < region.runs.size(); ++i) {
        const RunResult& run = region.runs[i];
        const Point& point = region.points[i];
        const Point& first = region.points.front();
        const double factor =
            scaling == recording::Scaling::Weak ? static_cast<double>(run.threads) / first.threads : 1;
        CHECK(run.threads == point.threads);
        CHECK(is_close(run.capacity_s, run.threads * point.wall_s, run.capacity_s));
        CHECK(is_close(run.loss_s, run.threads * point.wall_s - factor * first.threads * first.wall_s, run.capacity_s));
        CHECK(point.efficiency == Approx(point.speedup / point.threads));
        check_run(run);
    }
}

}  // namespace

void check_analysis(const Analysis& analysis) {
    const recording::Scaling scaling = analysis.manifest.sweep.scaling;
    check_region(analysis.whole, scaling);
    for (const RegionResult& region : analysis.regions) check_region(region, scaling);
    CHECK(analysis.findings.size() <= 5);
    double last = INFINITY;
    for (const analysis::Finding& finding : analysis.findings) {
        CHECK_FALSE(finding.title.empty());
        CHECK_FALSE(finding.advice.empty());
        const bool is_about_count =
            finding.rule == analysis::rule::kCountIgnored || finding.rule == analysis::rule::kWorkMultiplied;
        CHECK((!is_about_count || &finding == &analysis.findings.front()));
        if (is_about_count) continue;
        CHECK(finding.lost_cores <= last);
        CHECK(finding.lost_cores >= 0.05);
        last = finding.lost_cores;
    }
}

}  // namespace ftscale::tests

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/json.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sample_analyses.h"
#include "support/catch.h"

namespace ftscale {
namespace {

using nlohmann::json;

json json_of(const analysis::Analysis& analysis) {
    std::ostringstream out;
    report::write_json(analysis, out);
    return json::parse(out.str());
}

TEST_CASE("the ledger has every category and sums to the capacity") {
    const json report = json_of(tests::shared_list());
    const json& run = report.at("runs").at(1);
    CHECK(run.at("threads") == 2);
    CHECK(run.at("ledger").size() == account::kCategoryCount);
    double ledger = 0, loss = 0;
    for (const auto& [category, seconds] : run.at("ledger").items()) ledger += seconds.get<double>();
    for (const auto& [category, seconds] : run.at("loss").items()) loss += seconds.get<double>();
    CHECK(ledger == Approx(run.at("capacity_s").get<double>()));
    CHECK(loss == Approx(run.at("loss_s").get<double>()));
    CHECK(run.at("ledger").at("refcount") == 0);
}

TEST_CASE("what was not measured is null and named in the warnings") {
    const json report = json_of(tests::no_samples());
    CHECK(report.at("measurement").at("sampler").is_null());
    CHECK(report.at("measurement").at("probe_cost_share").is_null());
    CHECK(report.at("scaling").at("amdahl").is_null());
    CHECK(report.at("scaling").at("usl").is_null());
    CHECK(report.at("scaling").at("points").at(0).at("ci95_s").is_null());
    const auto& warnings = report.at("warnings");
    const auto unmeasured =
        std::find_if(warnings.begin(), warnings.end(), [](const json& w) { return w.at("code") == "not_measured"; });
    REQUIRE(unmeasured != warnings.end());
    CHECK_THAT(unmeasured->at("message").get<std::string>(), ContainsSubstring("hardware counters"));
}

TEST_CASE("counters stand in the measurement, functions, threads and runs") {
    const json report = json_of(tests::hardware_counters());
    const json& measurement = report.at("measurement");
    CHECK(measurement.at("counters").at(0) ==
          json{{"name", "cycles"}, {"role", "cycles"}, {"user_only", true}, {"running_share", 1.0}});
    CHECK(measurement.at("counters").at(5).at("role").is_null());
    CHECK(measurement.at("missing_counters").at(0).at("name") == "MEM_INST_RETIRED:LOCK_LOADS");
    const json& run = report.at("runs").at(2);
    const json& serve = run.at("functions").at(0);
    CHECK(serve.at("function") == "Server.serve");
    CHECK(serve.at("counters").at("cycles") == Approx(4.31e9));
    CHECK(serve.at("work_counters").at("cycles") == Approx(4.31e9));
    CHECK(serve.at("ipc") == Approx(5.6 / 4.31));
    CHECK(serve.at("misses_per_kiloinstruction") == Approx(23.1 / 5.6));
    CHECK(run.at("counters").at("instructions") == Approx(6.02e9));
    CHECK(run.at("process_counters").at("instructions") == Approx(6.9e9));
    CHECK(run.at("per_thread").at(1).at("counters").at("cycles") == Approx(4.31e9));
    CHECK(run.at("efficiency").at("ipc") == Approx(0.682));
    CHECK(run.at("work_split").at("lower_ipc_s") == Approx(0.76 * run.at("loss").at("work").get<double>()));
    CHECK(report.at("runs").at(0).at("work_split").is_null());
}

TEST_CASE("without a PMU what hangs on it is null and named, and the kernel's events are counted all the same") {
    const json report = json_of(tests::software_counters());
    const json& run = report.at("runs").at(1);
    CHECK(run.at("counters").at("page-faults") == Approx(25046.5));
    CHECK(run.at("functions").at(0).at("ipc").is_null());
    CHECK(run.at("functions").at(0).at("misses_per_kiloinstruction").is_null());
    CHECK(run.at("efficiency").at("parallel") > 0.9);
    CHECK(run.at("efficiency").at("ipc").is_null());
    CHECK(run.at("work_split").is_null());
    CHECK(report.at("measurement").at("sources").at("run_queue") == "switch_records");
    CHECK(json_of(tests::hardware_counters()).at("measurement").at("sources").at("run_queue") == "schedstat");
    const auto& warnings = report.at("warnings");
    CHECK(std::any_of(warnings.begin(), warnings.end(), [](const json& warning) {
        return warning.at("message") == "not measured: cycles, instructions: this machine shows no hardware counters";
    }));
}

TEST_CASE("locks carry their kind, type and both sides") {
    const json report = json_of(tests::shared_list());
    const json& lock = report.at("runs").at(1).at("locks").at(0);
    CHECK(lock.at("kind") == "object");
    CHECK(lock.at("type") == "list");
    CHECK(lock.at("waiters").at(0).at("function") == "append_all");
    CHECK(lock.at("holders").at(0).at("line") == 14);
}

TEST_CASE("controls and calibration stand beside the curve and the measurement, where they were asked for") {
    const json report = json_of(tests::with_controls());
    const json& controls = report.at("scaling").at("controls");
    REQUIRE(controls.size() == 2);
    CHECK(controls.at(0).at("control") == "gil");
    CHECK(controls.at(1).at("points").at(0).at("speedup") == Approx(1.94));
    CHECK_THAT(report.at("scaling").at("control_sentence").get<std::string>(), ContainsSubstring("2 processes reach"));
    CHECK(report.at("measurement").at("calibration").at("time_ratio") == Approx(1.011));
    CHECK(report.at("sweep").at("executions").at(0).at("has_probe") == false);
    CHECK(report.at("sweep").at("executions").at(1).at("control") == "processes");
    const json plain = json_of(tests::shared_list());
    CHECK(plain.at("scaling").at("controls").empty());
    CHECK(plain.at("scaling").at("control_sentence").is_null());
    CHECK(plain.at("measurement").at("calibration").is_null());
}

TEST_CASE("regions have the shape of the whole") {
    const json report = json_of(tests::marked_regions());
    REQUIRE(report.at("regions").size() == 3);
    const json& fit = report.at("regions").at(0);
    CHECK(fit.at("name") == "fit");
    CHECK(fit.at("runs").at(1).at("ledger").at("serial") == Approx(0.7));
    CHECK(fit.at("scaling").at("points").size() == 2);
    CHECK(report.at("regions").at(2).at("runs").empty());
}

TEST_CASE("neither NaN nor broken UTF-8 reaches the reader") {
    analysis::Analysis analysis = tests::strange_names();
    analysis.whole.points[0].speedup = std::numeric_limits<double>::quiet_NaN();
    analysis.whole.points[1].speedup = std::numeric_limits<double>::infinity();
    const json report = json_of(analysis);  // throws on anything that is not JSON
    CHECK(report.at("scaling").at("points").at(0).at("speedup").is_null());
    CHECK(report.at("scaling").at("points").at(1).at("speedup").is_null());
    CHECK(report.dump().find("\xff") == std::string::npos);
}

TEST_CASE("a loss of minus nothing is nothing") {
    analysis::Analysis analysis = tests::shared_list();
    analysis.whole.runs[1].loss[account::Category::Gc] = -0.0;
    std::ostringstream out;
    report::write_json(analysis, out);
    CHECK(out.str().find("-0.0,") == std::string::npos);
}

}  // namespace
}  // namespace ftscale

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/check_report.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "support/catch.h"

namespace ftscale::tests {
namespace {

using compare::CheckResult;
using compare::Outcome;
using compare::Verdict;

CheckResult failed_check() {
    CheckResult result;
    result.verdict = Verdict::Fail;
    result.threads = 2;
    result.outcomes = {{"max-regression", {}, 2, Verdict::Fail, 0.9, 0.95, model::Interval{0.87, 0.93}, {}, {}},
                       {"min-speedup", {}, 2, Verdict::Inconclusive, 1.7, 1.7, model::Interval{1.6, 1.8}, 12, {}},
                       {"max-loss", "function:<lambda>", 2, Verdict::Pass, 0.1, 0.3, {}, {}, {}}};
    result.grown = {{"function", {"a|b </failure> \"c\" & d", "app.py", 0.31, 0.01}, 0.05}};
    return result;
}

CheckResult invalid_check() {
    CheckResult result;
    result.verdict = Verdict::Invalid;
    result.reasons = {"CPUs: 4 now, 2 in the baseline", "GIL: on now, off in the baseline"};
    return result;
}

template <typename Write>
std::string written(Write write) {
    std::ostringstream out;
    write(out);
    return out.str();
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("text: the verdict first, a line per rule, then what grew") {
    const std::string text = written([](std::ostream& out) { report::write_check_text(failed_check(), out); });
    CHECK(text.rfind("fail: 1 of 3 rules is broken\n", 0) == 0);
    CHECK(holds(text, "efficiency is 0.90 (95 %: 0.87 to 0.93) of the baseline's; at least 0.95 is wanted"));
    CHECK(holds(text, "some 12 repeats of both would tell"));
    CHECK(holds(text, "function:<lambda> at 2 threads: 0.10 cores are lost; at most 0.30 may be"));
    CHECK(holds(text, "+0.26  function a|b"));
    const std::string invalid = written([](std::ostream& out) { report::write_check_text(invalid_check(), out); });
    CHECK(invalid == "invalid: CPUs: 4 now, 2 in the baseline\n  GIL: on now, off in the baseline\n");
}

TEST_CASE("Markdown: names stay in their cells") {
    const std::string text = written([](std::ostream& out) { report::write_check_markdown(failed_check(), out); });
    CHECK(text.rfind("### ftscale check: fail", 0) == 0);
    CHECK(holds(text, "function:\\<lambda\\>"));
    CHECK(holds(text, "a\\|b \\</failure\\>"));
}

TEST_CASE("JSON: verdicts, values and what grew") {
    const auto json =
        nlohmann::json::parse(written([](std::ostream& out) { report::write_check_json(failed_check(), out); }));
    CHECK(json.at("schema") == "ftscale.check/1");
    CHECK(json.at("verdict") == "fail");
    CHECK(json.at("rules").size() == 3);
    CHECK(json.at("rules")[1].at("repeats_needed") == 12);
    CHECK(json.at("grown")[0].at("lost_cores_before") == 0.05);
    const auto invalid =
        nlohmann::json::parse(written([](std::ostream& out) { report::write_check_json(invalid_check(), out); }));
    CHECK(invalid.at("reasons").size() == 2);
}

TEST_CASE("JUnit: failures, errors, and what is skipped where inconclusive passes") {
    const auto junit = [](const CheckResult& result, bool passes) {
        return written([&](std::ostream& out) { report::write_check_junit(result, passes, out); });
    };
    const std::string strict = junit(failed_check(), false);
    CHECK(holds(strict, "tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\""));
    CHECK(holds(strict, "&lt;/failure&gt; &quot;c&quot; &amp; d"));
    CHECK(holds(strict, "name=\"function:&lt;lambda&gt; at 2 threads\"/>"));
    CHECK(holds(junit(failed_check(), true), "failures=\"1\" errors=\"0\" skipped=\"1\""));
    CHECK(holds(junit(invalid_check(), false), "tests=\"1\" failures=\"0\" errors=\"1\""));
}

}  // namespace
}  // namespace ftscale::tests

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/check_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/catch.h"
#include "support/sample_checks.h"

namespace ftscale::tests {
namespace {

using compare::CheckResult;
using compare::Verdict;

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
    CHECK(holds(text, "some 12 repeats would tell"));
    CHECK(holds(text, "function:<lambda> at 2 threads: 0.10 cores are lost; at most 0.30 may be"));
    CHECK(holds(text, "+0.26  function a|b"));
    const std::string invalid = written([](std::ostream& out) { report::write_check_text(invalid_check(), out); });
    CHECK(invalid == "invalid: CPUs: 4 now, 2 in the baseline\n  GIL: on now, off in the baseline\n");
}

TEST_CASE("inconclusive: what would tell, and the ends of intervals told from the limit") {
    CheckResult result = inconclusive_check();
    const auto text = [&] { return written([&](std::ostream& out) { report::write_check_text(result, out); }); };
    CHECK(holds(text(), "some 25 repeats of both would tell"));
    result.outcomes[0].has_too_few_runs = true;
    CHECK(holds(text(), "with so few or so short runs that may be chance: some 25 repeats of both would tell"));
    result.outcomes[0].repeats_needed = 1000;
    CHECK(holds(text(), "no reasonable number of repeats would tell"));
    result.outcomes[0].interval95 = {0.87, 0.9481};
    CHECK(holds(text(), "0.960 (95 %: 0.870 to 0.948) of the baseline's; at least 0.95 is wanted"));
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

TEST_CASE("SARIF: a result for each rule that does not pass, at a line of the repository") {
    const auto sarif = [](const CheckResult& result, const char* root) {
        return nlohmann::json::parse(written([&](std::ostream& out) { report::write_check_sarif(result, root, out); }));
    };
    const auto run = sarif(failed_check(), "/repo").at("runs")[0];
    const auto& results = run.at("results");
    REQUIRE(results.size() == 2);
    CHECK(results[0].at("ruleId") == "max-regression");
    CHECK(results[0].at("level") == "error");
    const auto& place = results[0].at("locations")[0].at("physicalLocation");
    CHECK(place.at("artifactLocation").at("uri") == "src/a%2Cb.py");
    CHECK(place.at("region").at("startLine") == 12);
    CHECK(results[1].at("level") == "warning");
    CHECK_FALSE(sarif(failed_check(), "/elsewhere").at("runs")[0].at("results")[0].contains("locations"));
    CHECK(sarif(invalid_check(), "/repo").at("runs")[0].at("results")[0].at("ruleId") == "not-comparable");
}

TEST_CASE("annotations: the worst first, at most ten, and nothing in a name ends one") {
    const auto annotations = [](const CheckResult& result) {
        return written([&](std::ostream& out) { report::write_check_annotations(result, "/repo", out); });
    };
    const std::string text = annotations(failed_check());
    CHECK(text.rfind("::error file=src/a%2Cb.py,line=12,title=ftscale max-regression%3A fail::2 threads", 0) == 0);
    CHECK(holds(text, "::warning title=ftscale min-speedup%3A inconclusive::"));
    CHECK(text.find("::warning") > text.find("loses more cores"));
    CheckResult many = failed_check();
    many.outcomes.resize(30, many.outcomes.front());
    const std::string ten = annotations(many);
    CHECK(std::count(ten.begin(), ten.end(), '\n') == 10);
    CHECK(holds(annotations(invalid_check()), "::error title=ftscale check::invalid%3A CPUs") == false);
    CHECK(holds(annotations(invalid_check()), "::error title=ftscale check::invalid: CPUs"));
    CheckResult passed;
    passed.outcomes = {{"min-speedup", {}, 2, Verdict::Pass, 1.9, 1.7, {}, {}, {}, {}}};
    CHECK(annotations(passed).empty());
}

TEST_CASE("Markdown ends at a line where it would be longer than is taken") {
    CheckResult many = failed_check();
    many.outcomes.resize(3000, many.outcomes.front());
    const std::string text = written([&](std::ostream& out) { report::write_check_markdown(many, out, 10'000); });
    CHECK(text.size() <= 10'000);
    CHECK(text.size() > 9'000);
    CHECK(holds(text, "|\n\n(cut"));
    const std::string whole = written([&](std::ostream& out) { report::write_check_markdown(many, out); });
    CHECK(whole.size() > 100'000);
}

}  // namespace
}  // namespace ftscale::tests

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "compare/rules.h"

#include "base/error.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

using compare::parse_rules;
using compare::Rules;

/// The message of what is refused as wrong usage.
template <typename Parse>
std::string refusal(Parse parse) {
    try {
        parse();
    } catch (const base::Error& error) {
        CHECK(error.code() == base::ExitCode::Usage);
        CHECK_FALSE(error.hint().empty());
        return error.what();
    }
    return "nothing was refused";
}

std::string file_refusal(const std::string& text) {
    return refusal([&] { parse_rules(text, "rules.toml"); });
}

TEST_CASE("a rules file says all that options can") {
    const Rules rules = parse_rules(
        "[check]\nmax-regression = \"5%\"\ninconclusive = \"fail\"\n[check.min-speedup]\n4 = 3.0\n8 = 5\n"
        "[check.max-loss]\nlock_wait = 0.3\n\"function:<lambda>\" = 1\n",
        "rules.toml");
    CHECK(rules.max_regression == Approx(0.05));
    CHECK(rules.inconclusive_passes == false);
    CHECK(rules.min_speedup == std::map<int, double>{{4, 3.0}, {8, 5.0}});
    REQUIRE(rules.max_loss.size() == 2);
    CHECK(parse_rules("", "rules.toml").has_absolute() == false);
    CHECK(*parse_rules("[check]\nmax-regression = 0.1", "rules.toml").max_regression == Approx(0.1));
}

TEST_CASE("a bad rules file is refused with file and line") {
    CHECK(file_refusal("[check\n").rfind("rules.toml:1: ", 0) == 0);
    CHECK(file_refusal("[check]\nmax-regresion = \"5%\"") == "rules.toml:2: max-regresion: no such key");
    CHECK(file_refusal("[chek]\n") == "rules.toml:1: chek: no such key");
    CHECK(file_refusal("[check]\nmax-regression = \"much\"") ==
          "rules.toml:2: max-regression: 'much' is no share from 0 to less than 1");
    CHECK(file_refusal("[check]\nmax-regression = [1]").find("a text or a number") != std::string::npos);
    CHECK(file_refusal("[check]\ninconclusive = \"maybe\"").find("neither pass nor fail") != std::string::npos);
    CHECK(file_refusal("[check.min-speedup]\nfour = 3").find("rules.toml:2") == 0);
    CHECK(file_refusal("[check.min-speedup]\n4 = \"fast\"").find("rules.toml:2") == 0);
    CHECK(file_refusal("[check.max-loss]\nlocks = 1").find("nothing is called 'locks'") != std::string::npos);
    CHECK(file_refusal("[check.max-loss]\nspin = -1").find("0 or more") != std::string::npos);
    CHECK(file_refusal("check = 1").find("must be a table") != std::string::npos);
}

TEST_CASE("rules as options") {
    CHECK(compare::parse_share("5%", "x") == Approx(0.05));
    CHECK(compare::parse_share("0.25", "x") == Approx(0.25));
    CHECK(compare::parse_speedup_rule("4=3.5", "x") == std::pair(4, 3.5));
    CHECK(compare::parse_loss_rule("function:a=b=0.5", "x").name == "function:a=b");
    for (const char* text : {"", "%", "100%", "1", "-1%", "5 %", "nan"})
        CHECK(refusal([&] { compare::parse_share(text, "--max-regression"); }).rfind("--max-regression: ", 0) == 0);
    for (const char* text : {"", "4", "4=", "=3", "0=1", "4.5=1", "4=-1", "4=0", "99999=1"})
        CHECK(refusal([&] { compare::parse_speedup_rule(text, "--min-speedup"); }).rfind("--min-speedup: ", 0) == 0);
    for (const char* text : {"", "spin", "spin=", "spin=x", "nothing=1", "function:=1", "lock:=1"})
        CHECK(refusal([&] { compare::parse_loss_rule(text, "--max-loss"); }).rfind("--max-loss: ", 0) == 0);
}

TEST_CASE("options come before the file") {
    Rules options;
    options.max_regression = 0.1;
    options.min_speedup = {{2, 1.5}};
    options.max_loss = {{"spin", 0.1}};
    const Rules file = parse_rules(
        "[check]\nmax-regression = \"5%\"\ninconclusive = \"pass\"\n[check.min-speedup]\n2 = 1.9\n4 = 3\n"
        "[check.max-loss]\nspin = 0.5\ngc = 0.2\n",
        "rules.toml");
    const Rules merged = compare::merge_rules(options, file);
    CHECK(*merged.max_regression == Approx(0.1));
    CHECK(merged.inconclusive_passes == true);
    CHECK(merged.min_speedup == std::map<int, double>{{2, 1.5}, {4, 3.0}});
    REQUIRE(merged.max_loss.size() == 2);
    CHECK(merged.max_loss[0].cores == Approx(0.1));
}

}  // namespace
}  // namespace ftscale::tests

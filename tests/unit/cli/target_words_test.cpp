// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/target_words.h"

#include "base/error.h"
#include "cli/run_command.h"
#include "support/catch.h"

namespace ftscale::cli {
namespace {

using launch::Target;
using Strings = std::vector<std::string>;

struct Taken {
    std::optional<Target> target;
    Strings options;
};

Taken take(Strings words) {
    CLI::App app;
    RunOptions options;
    const CLI::App* run = add_run_command(app, options);
    auto target = take_target(*run, words);
    return {target, words};
}

void check(const Strings& words, const Strings& options, Target::Kind kind, const std::string& program,
           const Strings& arguments) {
    const Taken taken = take(words);
    REQUIRE(taken.target);
    CHECK(taken.options == options);
    CHECK(taken.target->kind == kind);
    CHECK(taken.target->program == program);
    CHECK(taken.target->arguments == arguments);
}

TEST_CASE("options before the script are ours, words after it are the script's") {
    const auto kScript = Target::Kind::Script;
    check({"s.py"}, {}, kScript, "s.py", {});
    check({"-t", "1,2", "s.py", "-t", "9", "--", "x"}, {"-t", "1,2"}, kScript, "s.py", {"-t", "9", "--", "x"});
    check({"--threads=1", "-q", "s.py", "--help"}, {"--threads=1", "-q"}, kScript, "s.py", {"--help"});
    check({"-t1,2", "s.py"}, {"-t1,2"}, kScript, "s.py", {});
    check({"-qt", "1", "s.py"}, {"-qt", "1"}, kScript, "s.py", {});
    check({"-qt1", "s.py"}, {"-qt1"}, kScript, "s.py", {});
    check({"--env", "A=1", "--env", "B=2", "s.py", "C=3"}, {"--env", "A=1", "--env", "B=2"}, kScript, "s.py", {"C=3"});
    check({"--control", "gil,processes", "--calibrate", "s.py", "gil"}, {"--control", "gil,processes", "--calibrate"},
          kScript, "s.py", {"gil"});
    check({"--no-pin", "s.py"}, {"--no-pin"}, kScript, "s.py", {});
    check({"-"}, {}, kScript, "-", {});
}

TEST_CASE("a command that is given again stands behind a double dash") {
    CLI::App app;
    RunOptions options;
    const CLI::App* run = add_run_command(app, options);
    Strings words = {"check", "a.ftscale", "--until-conclusive", "9", "--", "-m", "bench", "--fast"};
    const auto module = take_given_command(*run, words);
    REQUIRE(module);
    CHECK(module->kind == Target::Kind::Module);
    CHECK(module->program == "bench");
    CHECK(module->arguments == Strings{"--fast"});
    CHECK(words == Strings{"check", "a.ftscale", "--until-conclusive", "9"});
    CHECK_FALSE(take_given_command(*run, words));
    words = {"check", "a.ftscale", "--", "bench.py", "7"};
    CHECK(take_given_command(*run, words)->words() == Strings{"bench.py", "7"});
}

TEST_CASE("a double dash ends the options") {
    check({"-q", "--", "s.py", "-x"}, {"-q"}, Target::Kind::Script, "s.py", {"-x"});
    check({"--", "-odd.py"}, {}, Target::Kind::Script, "-odd.py", {});
    check({"--", "--"}, {}, Target::Kind::Script, "--", {});
    CHECK_FALSE(take({"-q", "--"}).target);
}

TEST_CASE("-m and -c end the options as they do for Python") {
    check({"-t", "1", "-m", "timeit", "-n", "5"}, {"-t", "1"}, Target::Kind::Module, "timeit", {"-n", "5"});
    check({"-mtimeit"}, {}, Target::Kind::Module, "timeit", {});
    check({"-c", "print(1)", "-q"}, {}, Target::Kind::Code, "print(1)", {"-q"});
    check({"-qm", "timeit"}, {"-q"}, Target::Kind::Module, "timeit", {});
    check({"-o", "-m", "s.py"}, {"-o", "-m"}, Target::Kind::Script, "s.py", {});
    CHECK_THROWS_WITH(take({"-m"}), "-m: MODULE is missing");
    CHECK_THROWS_WITH(take({"-c"}), "-c: CODE is missing");
}

TEST_CASE("unknown options stay for the parser to refuse") {
    check({"--what", "s.py"}, {"--what"}, Target::Kind::Script, "s.py", {});
    check({"-x", "s.py"}, {"-x"}, Target::Kind::Script, "s.py", {});
}

TEST_CASE("options alone hold no target") {
    CHECK_FALSE(take({}).target);
    CHECK_FALSE(take({"--help"}).target);
    CHECK_FALSE(take({"-t", "1,2"}).target);
}

}  // namespace
}  // namespace ftscale::cli

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/more_repeats.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/fd.h"
#include "cli/made_here.h"
#include "cli/run_command.h"

namespace ftscale::cli {
namespace {

namespace fs = std::filesystem;

launch::Target target_of(const recording::Manifest& manifest) {
    using Kind = launch::Target::Kind;
    std::vector<std::string> words = manifest.argv;
    launch::Target target;
    if (words.size() > 1 && (words[0] == "-m" || words[0] == "-c")) {
        target.kind = words[0] == "-m" ? Kind::Module : Kind::Code;
        words.erase(words.begin());
    }
    if (words.empty()) throw base::Error("the recording does not say what was run", "measure again with ftscale run");
    target.program = words.front();
    target.arguments.assign(words.begin() + 1, words.end());
    return target;
}

std::vector<std::string> sorted(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return names;
}

void check_environment(const recording::Manifest& manifest, const std::vector<std::string>& environment) {
    std::vector<std::string> names;
    for (const std::string& text : environment) names.push_back(text.substr(0, text.find('=')));
    const auto wanted = sorted(manifest.sweep.environment_names);
    if (sorted(names) == wanted) return;
    if (wanted.empty())
        throw base::Error("--env: the recording was made without", "leave it out", base::ExitCode::Usage);
    throw base::Error(fmt::format("the recording was made with --env {}", fmt::join(wanted, ", --env ")),
                      "give the same to ftscale check, as in --env NAME=VALUE: recordings keep no values",
                      base::ExitCode::Usage);
}

void check_folder(const recording::Manifest& manifest) {
    std::error_code failed;
    if (fs::equivalent(fs::current_path(failed), manifest.working_directory, failed)) return;
    throw base::Error(fmt::format("the recording was made in {}", manifest.working_directory),
                      "go there to measure more of the same", base::ExitCode::Usage);
}

/// While it lives, what is written to standard output goes to standard error: results alone belong there, and what the
/// script prints is none.
class OutputToErrors {
  public:
    OutputToErrors() {
        std::fflush(stdout);
        saved_ = base::Fd(dup(STDOUT_FILENO));
        dup2(STDERR_FILENO, STDOUT_FILENO);
    }
    ~OutputToErrors() {
        std::fflush(stdout);
        dup2(saved_.get(), STDOUT_FILENO);
    }
    OutputToErrors(const OutputToErrors&) = delete;
    OutputToErrors& operator=(const OutputToErrors&) = delete;

  private:
    base::Fd saved_;
};

}  // namespace

std::vector<int> repeats_by_look(int have, int most) {
    constexpr int kFewest = 8;  // with fewer, chance is hardly ever ruled out: each look makes the others no surer
    std::vector<int> looks = {std::max(1, have)};
    while (looks.back() < most) looks.push_back(std::min(most, std::max(kFewest, 2 * looks.back())));
    return looks;
}

int next_look(const std::vector<int>& looks, int have, int wanted) {
    const auto enough =
        std::find_if(looks.begin(), looks.end(), [&](int repeats) { return repeats > have && repeats >= wanted; });
    return enough == looks.end() ? looks.back() : *enough;
}

launch::Target target_to_run_again(const recording::Manifest& manifest, const RunAgain& again) {
    check_environment(manifest, again.environment);
    check_folder(manifest);
    if (again.target) {
        if (again.target->words() == manifest.argv) return *again.target;
        throw base::Error(fmt::format("the recording is of another command: {}", fmt::join(manifest.argv, " ")),
                          "give the one that was recorded", base::ExitCode::Usage);
    }
    if (is_made_here(manifest, launch::Variables::of_this_process())) return target_of(manifest);
    throw base::Error(
        "--until-conclusive: this recording was not made here, by you, in the last month: its command is not run",
        fmt::format("if it is what you want to run, give it: ftscale check ... -- {}", fmt::join(manifest.argv, " ")),
        base::ExitCode::Usage);
}

void measure_more(const recording::Manifest& manifest, int repeats, const RunAgain& again, const std::string& output) {
    const recording::Sweep& sweep = manifest.sweep;
    RunOptions options;
    options.target = target_to_run_again(manifest, again);
    options.threads = fmt::format("{}", fmt::join(sweep.threads, ","));
    options.repeats = repeats;
    options.warmups = sweep.warmups;
    options.scaling = sweep.scaling == recording::Scaling::Weak ? "weak" : "strong";
    options.frequency_hz = static_cast<int>(sweep.frequency_hz);
    options.sampler = sweep.sampler;
    options.events = sweep.events;
    options.no_counters = sweep.no_counters;
    options.output = output;
    options.python = again.target ? again.python : manifest.interpreter.path;
    options.pin = sweep.pinned;
    options.timeout_s = sweep.timeout_s;
    options.max_size = std::to_string(sweep.max_bytes);
    options.follow_children = sweep.follow_children;
    options.environment = again.environment;
    options.no_thread_environment = !sweep.thread_environment;
    options.library_threads = sweep.library_threads;
    options.retry_disturbed = sweep.retry_disturbed;
    options.quiet = true;
    const OutputToErrors redirected;
    if (run_command(options) == base::ExitCode::Interrupted)
        throw base::Error("interrupted", fmt::format("what was recorded is kept in {}", output),
                          base::ExitCode::Interrupted);
}

}  // namespace ftscale::cli

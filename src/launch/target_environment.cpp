// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/target_environment.h"

#include <fmt/format.h>

#include "ftscale/recording_format.h"
#include "launch/preload.h"

namespace ftscale::launch {
namespace {

std::string with_threads(std::string text, int threads) {
    static const std::string kPlaceholder = "{threads}";
    const std::string count = std::to_string(threads);
    for (std::size_t at = text.find(kPlaceholder); at != std::string::npos; at = text.find(kPlaceholder, at)) {
        text.replace(at, kPlaceholder.size(), count);
    }
    return text;
}

void add_probe(Variables& variables, const ProbeOrders& probe) {
    variables.set("LD_PRELOAD", preload_with_probe(variables.find("LD_PRELOAD").value_or(""), probe.library));
    variables.set(format::kEnvDirectory, probe.directory);
    variables.set(format::kEnvFrequency, fmt::format("{}", probe.frequency_hz));
    if (!probe.sampler.empty()) variables.set(format::kEnvSampler, probe.sampler);
    if (!probe.cycles.empty()) variables.set(format::kEnvCycles, probe.cycles);
    if (!probe.counters.empty()) variables.set(format::kEnvCounters, probe.counters);
    if (probe.follow_children) variables.set(format::kEnvFollow, "1");
    if (probe.max_bytes > 0) variables.set(format::kEnvMaxBytes, std::to_string(probe.max_bytes));
}

}  // namespace

std::vector<std::string> Target::words() const {
    std::vector<std::string> words;
    if (kind == Kind::Module) words.emplace_back("-m");
    if (kind == Kind::Code) words.emplace_back("-c");
    words.push_back(program);
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
}

int threads_told(const recording::Run& run) { return run.control == recording::kProcessesControl ? 1 : run.threads; }

std::vector<std::string> target_command(const std::string& interpreter, const Target& target, int threads) {
    std::vector<std::string> command{interpreter};
    if (target.kind == Target::Kind::Module) command.emplace_back("-m");
    if (target.kind == Target::Kind::Code) command.emplace_back("-c");
    const bool is_path = target.kind == Target::Kind::Script;
    command.push_back(is_path ? with_threads(target.program, threads) : target.program);
    for (const std::string& argument : target.arguments) command.push_back(with_threads(argument, threads));
    return command;
}

Variables target_environment(Variables user, int threads, const EnvironmentOptions& options,
                             const std::optional<ProbeOrders>& probe) {
    const std::string count = std::to_string(threads);
    const auto set_unless_there = [&user](const char* name, const std::string& value) {
        if (!user.contains(name)) user.set(name, value);
    };
    if (options.set_cpu_counts)
        for (const char* name : kCpuCountVariables) set_unless_there(name, count);
    if (!options.library_threads.empty())
        for (const char* name : kLibraryThreadVariables)
            set_unless_there(name, options.library_threads == kAsManyAsThreads ? count : options.library_threads);
    user.set("FTSCALE_THREADS", count);
    for (const auto& [name, value] : options.extra) {
        if (value.empty()) {
            user.remove(name);
        } else {
            user.set(name, value);
        }
    }
    if (options.gil_on) user.set("PYTHON_GIL", "1");
    // Orders that an ftscale around us has left behind are not ours.
    for (const char* name : format::kEnvOrders) user.remove(name);
    if (probe) add_probe(user, *probe);
    return user;
}

}  // namespace ftscale::launch

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/leftovers.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "launch/system_file.h"

namespace ftscale::launch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kVisibleShare = 0.01;  // of one CPU; less does not show in a run's figures
constexpr std::size_t kMostCommand = 100;
constexpr auto kBetweenLooks = std::chrono::milliseconds(5);

std::vector<pid_t> children_of(pid_t pid) {
    std::vector<pid_t> children;
    std::error_code failed;
    for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid), failed)) {
        std::ifstream file(task.path() / "children");
        for (pid_t child = 0; file >> child;) children.push_back(child);
    }
    return children;
}

/// All processes below `pid`.
std::vector<pid_t> descendants_of(pid_t pid) {
    std::vector<pid_t> found = children_of(pid);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const std::vector<pid_t> more = children_of(found[i]);
        found.insert(found.end(), more.begin(), more.end());
    }
    return found;
}

/// Its arguments, or its name where it has none any more.
std::string command_of(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/cmdline", pid), std::ios::binary);
    std::string command{std::istreambuf_iterator<char>(file), {}};
    while (!command.empty() && command.back() == '\0') command.pop_back();
    std::replace(command.begin(), command.end(), '\0', ' ');
    if (command.empty()) command = read_first_line(fmt::format("/proc/{}/comm", pid)).value_or("?");
    if (command.size() > kMostCommand) command.resize(kMostCommand);
    return command;
}

std::vector<pid_t> new_children(const std::vector<pid_t>& before) {
    std::vector<pid_t> leftovers;
    const std::vector<pid_t> now = our_children();
    std::set_difference(now.begin(), now.end(), before.begin(), before.end(), std::back_inserter(leftovers));
    return leftovers;
}

}  // namespace

std::vector<pid_t> our_children() {
    std::vector<pid_t> children = children_of(getpid());
    std::sort(children.begin(), children.end());
    return children;
}

std::optional<ProcessTimes> parse_process_times(const std::string& stat) {
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream fields(stat.substr(name_end + 1));
    // proc(5): the state is field 3, utime 14, stime 15, cutime 16, cstime 17, starttime 22.
    std::vector<std::string> words{std::istream_iterator<std::string>(fields), {}};
    constexpr std::size_t kUser = 14 - 3, kSystem = 15 - 3, kWaitedUser = 16 - 3, kWaitedSystem = 17 - 3,
                          kStart = 22 - 3;
    if (words.size() <= kStart) return std::nullopt;
    const auto number = [&words](std::size_t field) { return std::strtoll(words[field].c_str(), nullptr, 10); };
    return ProcessTimes{number(kUser) + number(kSystem), number(kStart), number(kWaitedUser) + number(kWaitedSystem)};
}

std::optional<ProcessTimes> times_of(pid_t pid) {
    const auto stat = read_first_line(fmt::format("/proc/{}/stat", pid));
    return stat ? parse_process_times(*stat) : std::nullopt;
}

LeftoverWatch::LeftoverWatch() : began_(Clock::now()) {
    for (const pid_t pid : descendants_of(getpid())) {
        if (const auto times = times_of(pid)) processes_.push_back({pid, *times});
    }
}

std::vector<recording::Leftover> LeftoverWatch::find_busy() const {
    const double wall_s = std::chrono::duration<double>(Clock::now() - began_).count();
    const auto ticks_per_s = static_cast<double>(sysconf(_SC_CLK_TCK));
    std::vector<recording::Leftover> busy;
    for (const Watched& process : processes_) {
        const auto now = times_of(process.pid);
        if (!now || now->began != process.times.began) continue;
        const auto ticks = static_cast<double>(now->cpu - process.times.cpu);
        const double cpu_s = ticks / ticks_per_s;
        // The kernel counts whole ticks: one may be another process's.
        if (ticks < 2 || cpu_s < kVisibleShare * wall_s) continue;
        busy.push_back({process.pid, command_of(process.pid), cpu_s});
    }
    std::sort(busy.begin(), busy.end(), [](const auto& a, const auto& b) { return a.cpu_s > b.cpu_s; });
    return busy;
}

double LeftoverWatch::newcomers_cpu_s() const {
    long long ticks = 0;
    for (const pid_t pid : descendants_of(getpid())) {
        const auto times = times_of(pid);
        const auto was_there = [&](const Watched& process) {
            return process.pid == pid && times && process.times.began == times->began;
        };
        if (times && std::none_of(processes_.begin(), processes_.end(), was_there))
            ticks += times->cpu + times->waited_for;
    }
    return static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::vector<pid_t> kill_leftovers(const std::vector<pid_t>& before, std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    for (;;) {
        const std::vector<pid_t> leftovers = new_children(before);
        for (const pid_t pid : leftovers) kill(pid, SIGKILL);
        for (const pid_t pid : leftovers) waitpid(pid, nullptr, WNOHANG);
        if (leftovers.empty() || Clock::now() >= deadline) return leftovers;
        std::this_thread::sleep_for(kBetweenLooks);
    }
}

}  // namespace ftscale::launch

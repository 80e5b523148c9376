// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/cpu_use.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "launch/system_file.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNamed = 3;
constexpr double kNamedShare = 0.1;  // of what others took; less explains nothing

double ticks_per_s() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

std::string read_text(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<int> parse_number(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// The name alone: what strangers were given as arguments is not for a recording.
std::string name_of(pid_t pid) { return read_first_line(fmt::format("/proc/{}/comm", pid)).value_or("?"); }

/// Of processes that are ours only their own time is seen, not that of children that have ended.
std::map<pid_t, ProcessTimes> times_of_all() {
    std::map<pid_t, ProcessTimes> processes;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator("/proc", failed)) {
        const auto pid = parse_number(entry.path().filename().string());
        if (!pid) continue;
        if (const auto times = times_of(*pid)) processes.emplace(*pid, *times);
    }
    return processes;
}

}  // namespace

std::map<int, CpuTimes> parse_cpu_times(const std::string& stat, double ticks_per_s) {
    std::map<int, CpuTimes> cpus;
    std::istringstream lines(stat);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string name;
        double user = 0, nice = 0, system = 0, idle = 0, io_wait = 0, interrupts = 0, soft_interrupts = 0, stolen = 0;
        words >> name >> user >> nice >> system >> idle >> io_wait >> interrupts >> soft_interrupts >> stolen;
        if (!words || !name.starts_with("cpu")) continue;
        if (const auto cpu = parse_number(std::string_view(name).substr(3)))
            cpus[*cpu] = {(user + nice + system + interrupts + soft_interrupts) / ticks_per_s, stolen / ticks_per_s};
    }
    return cpus;
}

std::optional<std::uint64_t> parse_cpu_pressure(const std::string& text) {
    constexpr std::string_view kTotal = "total=";
    const std::size_t at = text.find(kTotal);
    if (!text.starts_with("some ") || at == std::string::npos) return std::nullopt;
    std::uint64_t total = 0;
    const char* begin = text.data() + at + kTotal.size();
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), total);
    return error == std::errc() && end != begin ? std::optional(total) : std::nullopt;
}

CpuWatch::CpuWatch() : before_(look()) {}

void CpuWatch::stop() { after_ = look(); }

CpuWatch::Now CpuWatch::look() {
    return {parse_cpu_times(read_text("/proc/stat"), ticks_per_s()),
            parse_cpu_pressure(read_text("/proc/pressure/cpu")), times_of_all()};
}

std::optional<recording::OtherLoad> CpuWatch::others_on(const std::vector<int>& cpus, double own_cpu_s) const {
    CpuTimes used;
    for (const int cpu : cpus) {
        const auto before = before_.cpus.find(cpu), after = after_.cpus.find(cpu);
        if (before == before_.cpus.end() || after == after_.cpus.end()) return std::nullopt;
        used.busy_s += after->second.busy_s - before->second.busy_s;
        used.stolen_s += after->second.stolen_s - before->second.stolen_s;
    }
    recording::OtherLoad load;
    load.others_s = std::max(0.0, used.busy_s - own_cpu_s);
    load.stolen_s = std::max(0.0, used.stolen_s);
    if (before_.pressure_us && after_.pressure_us)
        load.pressure_s =
            1e-6 * static_cast<double>(*after_.pressure_us - std::min(*after_.pressure_us, *before_.pressure_us));
    load.busiest = find_busiest(load.others_s);
    return load;
}

/// Those that were there before and still are. What they did on other CPUs is in it, too.
std::vector<recording::Leftover> CpuWatch::find_busiest(double others_s) const {
    std::vector<recording::Leftover> busiest;
    for (const auto& [pid, times] : after_.processes) {
        const auto before = before_.processes.find(pid);
        if (before == before_.processes.end() || before->second.began != times.began || pid == getpid()) continue;
        const double cpu_s = static_cast<double>(times.cpu - before->second.cpu) / ticks_per_s();
        if (cpu_s > 0 && cpu_s >= kNamedShare * others_s) busiest.push_back({pid, name_of(pid), cpu_s});
    }
    std::stable_sort(busiest.begin(), busiest.end(), [](const auto& a, const auto& b) { return a.cpu_s > b.cpu_s; });
    if (busiest.size() > kMostNamed) busiest.resize(kMostNamed);
    return busiest;
}

}  // namespace ftscale::launch

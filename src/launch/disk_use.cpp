// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/disk_use.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <string_view>

#include "base/error.h"

namespace ftscale::launch {
namespace {

[[noreturn]] void refuse(const std::string& text) {
    throw base::Error(fmt::format("--max-size: '{}' is no size", text), "as in --max-size 500M, 2G or 0 for no bound",
                      base::ExitCode::Usage);
}

/// "", "b", "k", "kb", "kib", ...: the bytes of one. 0: it is none of them.
double unit_bytes(std::string unit) {
    for (char& c : unit) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (unit.empty() || unit == "b") return 1;
    constexpr const char* kUnits = "kmgt";
    const std::size_t power = std::string_view(kUnits).find(unit.front());
    const std::string rest = unit.substr(1);
    const bool is_known = power != std::string_view::npos && (rest.empty() || rest == "b" || rest == "ib");
    return is_known ? std::pow(1024.0, static_cast<double>(power + 1)) : 0;
}

/// `part` of `whole` shares of `bytes`, without overflow.
std::uint64_t share_of(std::uint64_t bytes, std::uint64_t part, std::uint64_t whole) {
    if (whole == 0 || part >= whole) return bytes;
    return bytes / whole * part + bytes % whole * part / whole;
}

}  // namespace

std::uint64_t parse_size(const std::string& text) {
    double number = 0;
    const char* const text_end = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), text_end, number, std::chars_format::fixed);
    const double bytes = number * unit_bytes({end, text_end});
    constexpr double kMost = 1e18;
    const bool is_size = error == std::errc{} && std::isdigit(static_cast<unsigned char>(text.front())) != 0 &&
                         unit_bytes({end, text_end}) > 0 && bytes <= kMost && (bytes == 0 || bytes >= 1);
    if (!is_size) refuse(text);
    return static_cast<std::uint64_t>(bytes);
}

std::string describe_size(std::uint64_t bytes) {
    const auto size = static_cast<double>(bytes);
    if (bytes >= kGiB) return fmt::format("{:.3g} GiB", size / kGiB);
    if (bytes >= kMiB) return fmt::format("{:.3g} MiB", size / kMiB);
    if (bytes >= kKiB) return fmt::format("{:.3g} KiB", size / kKiB);
    return fmt::format("{} bytes", bytes);
}

std::uint64_t run_allowance(const DiskShare& share) {
    if (share.max_bytes == 0) return 0;
    const std::uint64_t of_bound = share.max_bytes - std::min(share.used_bytes, share.max_bytes);
    const std::uint64_t of_disk = share.free_bytes - std::min(kLeastFree, share.free_bytes);
    const std::uint64_t allowance = share_of(std::min(of_bound, of_disk), share.threads, share.threads_to_come);
    return std::max(allowance, kLeastPerThread * std::max<std::uint64_t>(share.threads, 1));
}

std::uint64_t packed_estimate(std::uint64_t stream_bytes) {
    constexpr std::uint64_t kRatio = 3;  // streams of samples shrink to a tenth, of short waits to a fifth
    return stream_bytes / kRatio + kMiB;
}

std::string check_room(std::uint64_t free_bytes, std::uint64_t max_bytes) {
    if (free_bytes < kLeastFree) {
        throw base::Error(fmt::format("there is too little room for a recording: {} free", describe_size(free_bytes)),
                          "make room, or name a file on another disk with -o");
    }
    const std::uint64_t wanted = max_bytes + packed_estimate(max_bytes);
    if (max_bytes == 0 || free_bytes >= wanted) return {};
    return fmt::format(
        "{} free where the recording is, up to {} may be needed (--max-size {} while it is made, and packing it)",
        describe_size(free_bytes), describe_size(wanted), describe_size(max_bytes));
}

std::optional<std::uint64_t> find_free_bytes(const std::filesystem::path& path) {
    struct statvfs status {};
    if (statvfs(path.c_str(), &status) != 0 || status.f_blocks == 0) return std::nullopt;
    return std::uint64_t{status.f_bavail} * std::uint64_t{status.f_frsize};
}

}  // namespace ftscale::launch

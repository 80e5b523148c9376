// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/quantities.h"
#include "analysis/places.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/page.h"

namespace ftscale::report {

std::string cores_text(double cores) {
    const double rounded = std::round(100 * cores) / 100;
    return fmt::format("{:.2f}", rounded == 0 ? 0.0 : rounded);
}

std::string seconds_text(double seconds, const Glyphs& glyphs) {
    const double size = std::abs(seconds);
    const auto three_digits = [](double value) {
        const double shown = std::abs(value);
        return fmt::format("{:.{}f}", value, shown < 9.995 ? 2 : shown < 99.95 ? 1 : 0);
    };
    if (size == 0) return "0 s";
    if (size >= 0.9995) return three_digits(seconds) + " s";
    if (size >= 0.9995e-3) return three_digits(1e3 * seconds) + " ms";
    return fmt::format("{:.0f} {}s", 1e6 * seconds, glyphs.micro);
}

std::string count_text(std::uint64_t count) {
    std::string digits = std::to_string(count);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
    return digits;
}

std::string percent_text(double share, int decimals) { return fmt::format("{:.{}f} %", 100 * share, decimals); }

std::string interval_text(const analysis::Interval& interval, int decimals, const Glyphs& glyphs) {
    return fmt::format("{:.{}f}{}{:.{}f}", interval.first, decimals, glyphs.dash, interval.second, decimals);
}

std::string threads_text(int threads) { return fmt::format("{} thread{}", threads, threads == 1 ? "" : "s"); }

std::string counts_text(const std::vector<int>& counts) {
    std::string text;
    for (std::size_t i = 0; i < counts.size(); ++i)
        text += (i == 0 ? "" : i + 1 == counts.size() ? " and " : ", ") + std::to_string(counts[i]);
    return text;
}

std::string gain_text(const analysis::Finding& finding, const analysis::Point& point) {
    if (!finding.speedup_without) return {};
    return fmt::format("without it: about {:.2f}x instead of {:.2f}x", *finding.speedup_without, point.speedup);
}

std::string thread_name(const analysis::ThreadRow& thread) {
    if (!thread.library.empty()) return thread.library + ": " + thread.name;
    return thread.name.empty() ? fmt::format("thread {}", thread.tid) : thread.name;
}

std::string short_location(const analysis::Place& place) {
    const std::string& path = analysis::source_of(place);
    std::size_t slash = path.rfind('/');
    std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    if ((name == "__init__.py" || name == "__main__.py") && slash != std::string::npos && slash > 0) {
        slash = path.rfind('/', slash - 1);
        name = slash == std::string::npos ? path : path.substr(slash + 1);
    }
    if (const std::size_t tag = name.find(".cpython-"); tag != std::string::npos && name.ends_with(".so"))
        name = name.substr(0, tag) + ".so";
    return place.line > 0 ? name + ":" + std::to_string(place.line) : name;
}

std::vector<long> hundredths_that_sum(const std::vector<double>& values, long total) {
    std::vector<long> hundredths;
    for (const double value : values) hundredths.push_back(static_cast<long>(std::floor(100 * value)));
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto remainder = [&](std::size_t i) { return 100 * values[i] - static_cast<double>(hundredths[i]); };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return remainder(a) > remainder(b); });
    long missing = total - std::accumulate(hundredths.begin(), hundredths.end(), 0L);
    // Where the values are a whole step apart from the total, the figures are wrong upstream: no rounding may hide
    // that.
    for (const std::size_t i : order)
        if (missing > 0) {
            ++hundredths[i];
            --missing;
        }
    return hundredths;
}

std::vector<std::size_t> thinned(std::size_t count, std::size_t most) {
    std::vector<std::size_t> kept;
    if (count <= most || most < 2) {
        kept.resize(std::min(count, most));
        std::iota(kept.begin(), kept.end(), std::size_t{0});
        return kept;
    }
    for (std::size_t i = 0; i < most; ++i) kept.push_back((i * (count - 1) + (most - 1) / 2) / (most - 1));
    return kept;
}

}  // namespace ftscale::report

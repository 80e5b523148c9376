// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/fit_sentences.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/page.h"
#include "report/quantities.h"

namespace ftscale::report {
namespace {

/// " (49–57 %)"
std::string share_interval(const std::optional<analysis::Interval>& interval, int decimals, const Glyphs& glyphs) {
    if (!interval) return {};
    return " (" + interval_text({100 * interval->first, 100 * interval->second}, decimals, glyphs) + " %)";
}

std::string amdahl_text(const analysis::AmdahlFit& fit, const Glyphs& glyphs) {
    std::string text =
        "Amdahl's law: " + percent_text(fit.serial_fraction) + share_interval(fit.ci95, 0, glyphs) + " is serial";
    if (fit.serial_fraction < 0.005) return text + ".";
    return text + fmt::format("; no number of threads would give more than {:.3g}x.", 1 / fit.serial_fraction);
}

std::string usl_text(const analysis::UslFit& fit, const Glyphs& glyphs) {
    std::string text = "Universal Scalability Law: contention " + percent_text(fit.sigma, 1) +
                       share_interval(fit.sigma_ci95, 1, glyphs) + ", crosstalk " + percent_text(fit.kappa, 2) +
                       share_interval(fit.kappa_ci95, 2, glyphs);
    if (!fit.peak_threads) return text + "; no peak.";
    return text + fmt::format("; fastest at about {:.0f} threads.", std::max(1.0, *fit.peak_threads));
}

}  // namespace

std::vector<std::string> fit_sentences(const analysis::RegionResult& region, const Glyphs& glyphs) {
    std::vector<std::string> sentences;
    if (region.amdahl) sentences.push_back(amdahl_text(*region.amdahl, glyphs));
    if (region.usl) sentences.push_back(usl_text(*region.usl, glyphs));
    return sentences;
}

}  // namespace ftscale::report

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/fit_sentences.h"

#include <fmt/format.h>

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

/// " (95 %: 24–33)"
std::string peak_range(const analysis::UslFit& fit, const Glyphs& glyphs) {
    if (!fit.peak_low) return {};
    if (!fit.peak_high) return fmt::format(" (95 %: {:.0f} or more, or no peak)", *fit.peak_low);
    return " (95 %: " + interval_text({*fit.peak_low, *fit.peak_high}, 0, glyphs) + ")";
}

std::string usl_text(const analysis::UslFit& fit, const Glyphs& glyphs) {
    std::string text = "Universal Scalability Law: contention " + percent_text(fit.sigma, 1) +
                       share_interval(fit.sigma_ci95, 1, glyphs) + ", crosstalk " + percent_text(fit.kappa, 2) +
                       share_interval(fit.kappa_ci95, 2, glyphs);
    if (!fit.peak_threads) return text + "; no peak.";
    return text + fmt::format("; fastest at about {:.0f} threads{}.", *fit.peak_threads, peak_range(fit, glyphs));
}

const char* law_name(const std::string& law) { return law == "usl" ? "the USL" : "Amdahl's law"; }

/// "Predicted by the USL: 5.1x (4.8–5.4) at 16 threads, 5.9x (5.2–6.7) at 32 threads."
std::string prediction_text(const analysis::RegionResult& region, const Glyphs& glyphs) {
    std::string text = std::string("Predicted by ") + law_name(region.law->name) + ":";
    const char* before = " ";
    for (const analysis::Prediction& prediction : region.predictions) {
        text += fmt::format("{}{:.2f}x", before, prediction.speedup);
        if (prediction.ci95) text += " (" + interval_text(*prediction.ci95, 2, glyphs) + ")";
        text += " at " + threads_text(prediction.threads);
        before = ", ";
    }
    return text + ".";
}

}  // namespace

std::vector<std::string> fit_sentences(const analysis::RegionResult& region, const Glyphs& glyphs) {
    std::vector<std::string> sentences;
    if (region.amdahl) sentences.push_back(amdahl_text(*region.amdahl, glyphs));
    if (region.usl) sentences.push_back(usl_text(*region.usl, glyphs));
    if (sentences.empty() && !region.why_no_amdahl.empty())
        sentences.push_back("No scaling law: " + region.why_no_amdahl + ".");
    if (region.law && !region.predictions.empty()) sentences.push_back(prediction_text(region, glyphs));
    return sentences;
}

}  // namespace ftscale::report

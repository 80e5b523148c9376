// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/amdahl.h"

#include <algorithm>

namespace ftscale::model {

FitOutcome<AmdahlFit> fit_amdahl(const ScalingCurve& curve) {
    constexpr std::size_t kNeededThreadCounts = 2;
    if (std::string reason = reason_not_to_fit(curve, kNeededThreadCounts); !reason.empty()) return {{}, reason};
    std::optional<FittedLaw> law = fit_law(curve, Coefficients::Sigma);
    if (!law) return {{}, "a speed-up is too small to fit"};

    AmdahlFit fit;
    fit.clamped = law->is_clamped || law->law.sigma > 1;
    law->law.sigma = fit.serial_fraction = std::min(1.0, law->law.sigma);
    if (const auto ci95 = law->sigma_ci95()) fit.ci95 = {std::min(1.0, ci95->first), std::min(1.0, ci95->second)};
    fit.law = *law;
    return {fit, {}};
}

}  // namespace ftscale::model

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace ftscale::model {

/// A fit, or why there is none: too few points is an answer, not a fit.
template <typename Fit>
struct FitOutcome {
    std::optional<Fit> fit;
    std::string reason;  // one clause for the reader ("not enough points: ..."); empty when there is a fit
};

}  // namespace ftscale::model

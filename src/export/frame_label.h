// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "analysis/analysis.h"
#include "analysis/places.h"

namespace ftscale::exports {

/// "collect (app.py:12)" for Python; the function alone for native code: that is how the two are told apart.
inline std::string frame_label(const analysis::Place& place) {
    return place.native ? place.function : analysis::place_text(place);
}

}  // namespace ftscale::exports

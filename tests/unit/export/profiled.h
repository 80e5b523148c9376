// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A told recording as a profile.
#pragma once

#include "analysis/profile.h"
#include "support/story.h"

namespace ftscale::tests {

inline analysis::Profile profiled(Story& story, const analysis::Options& options = {}) {
    const recording::Recording recording = story.finish();
    const symbols::Symbols symbols(recording);
    return analysis::make_profile(recording, symbols, options);
}

}  // namespace ftscale::tests

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

namespace ftscale::base {

/// As documented in ftscale.1.
enum class ExitCode : int {
    Ok = 0,
    Failed = 1,
    Usage = 2,
    Regression = 3,
    Inconclusive = 4,
    NotComparable = 5,
    Interrupted = 130,
};

}  // namespace ftscale::base

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "counters/opener.h"

namespace ftscale::counters {

/// One of the events that Linux knows on every machine, whether or not a PMU counts it. libpfm4 has no descriptions of
/// them, and not all of their names.
struct GenericEvent {
    std::string name;  // as `perf list` spells it
    Encoding encoding;
    std::string description;
};

const std::vector<GenericEvent>& generic_events();

}  // namespace ftscale::counters

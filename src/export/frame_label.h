// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "analysis/analysis.h"
#include "analysis/places.h"
#include "export/selection.h"

namespace ftscale::exports {

/// "collect (app.py:12)" for Python; the function alone for native code: that is how the two are told apart.
inline std::string frame_label(const analysis::Place& place) {
    return place.native ? place.function : analysis::place_text(place);
}

/// What a lock is: "list", "type lock", "gil".
inline std::string lock_label(const analysis::ProfileLock& lock) {
    return lock.type.empty() ? account::lock_kind_name(lock.kind) : lock.type;
}

/// "[lock_wait: list]": what stands inside the innermost frame for a state that is not work, as what a stack is for
/// needs no word. Empty for work.
inline std::string state_label(const WeightedStacks& stacks, const StackWeight& stack) {
    if (stack.category == account::Category::Work) return {};
    std::string label = account::category_name(stack.category);
    if (stack.lock != analysis::kNone) label += ": " + lock_label(stacks.locks[static_cast<std::size_t>(stack.lock)]);
    return "[" + label + "]";
}

}  // namespace ftscale::exports

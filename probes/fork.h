// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Children of the recorded process that share its memory's content: they are recorded anew or not at all, and never
// write into their parent's stream.
#pragma once

#include <cstdint>

namespace ftscale::probe {

/// Has `begin_child` called in each child that fork() makes, after what it has of its parent's recording is given up.
/// Null: children are not recorded.
void watch_forks(void (*begin_child)());

/// Children made by fork() until now that are not recorded.
std::uint32_t unrecorded_forks();

}  // namespace ftscale::probe

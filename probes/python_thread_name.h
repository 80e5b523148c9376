// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace ftscale::probe {

/// Called by a thread that is about to start another: the name of the threading.Thread it starts, or "" when it is not
/// one.
void name_of_starting_thread(char* out, std::size_t capacity);

}  // namespace ftscale::probe

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include "thread_state.h"

namespace ftscale::probe {

/// Takes the interpreter's own frames of the calling thread, innermost first, into state.python; their number. A frame
/// is read where it cannot but be there: on the thread's stack from `sp` outwards, in the newest pieces of its data
/// stack. Whatever lies elsewhere is asked for first, and ends the walk, `truncated`, where it is not there: a sample
/// may strike while the interpreter, or an extension that switches stacks, puts one list of frames in the place of
/// another. Of a list that is longer than kMaxPythonFrames the innermost kKeptFrames are taken. Safe in a signal
/// handler.
std::size_t walk_python(ThreadState& state, std::uintptr_t thread_state, std::uintptr_t sp, bool& truncated);

}  // namespace ftscale::probe

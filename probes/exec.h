// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The process is about to execute another program. A signal of the sampler that is pending then would stay so, its
// handler would not, and its default action ends the new program.
#pragma once

#include "thread_state.h"

namespace ftscale::probe {

/// From here on no signal of ours is there, and mask and disposition are what the script believes they are: what the
/// next program inherits. Gone back on when execution has failed and this ends.
class ExecScope {
  public:
    ExecScope();
    ~ExecScope();
    ExecScope(const ExecScope&) = delete;
    ExecScope& operator=(const ExecScope&) = delete;

  private:
    ThreadState* state_;  // null: nothing of ours is in this process
};

/// Runs `call`, one of the exec functions.
template <typename Call>
auto execute(Call call) {
    const ExecScope scope;
    return call();
}

}  // namespace ftscale::probe

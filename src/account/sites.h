// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Reads stacks: which frame a charge belongs to, and what the frames say about a wait. Computed once per stack.
#pragma once

#include <optional>
#include <vector>

#include "account/frame_names.h"
#include "account/frame_roles.h"
#include "account/ledger.h"

namespace ftscale::account {

struct StackTraits {
    recording::StackId innermost_python = recording::StackId::Empty;  // node of the innermost Python frame; Empty: none
    recording::StackId site =
        recording::StackId::Empty;  // the innermost outside threading.py and its kin, else the innermost
    std::optional<recording::FrameId> native_caller;  // innermost native frame that is not a lock's machinery
    bool waits_for_work = false;                      // the innermost Python frame is Condition.wait or the like
    bool joins = false;                               // the user's code waits for other threads to end, or for results
    bool is_users = false;                            // there is a Python frame outside threading.py and its kin
    bool idles = false;       // a library's own thread that has no work, whether it waits or spins
    std::uint32_t roles = 0;  // of the native frames inside the innermost Python frame
    bool has(FrameRole role) const { return (roles >> static_cast<unsigned>(role) & 1) != 0; }
};

/// Keeps references to what it is made from. Not thread-safe.
class Sites {
  public:
    Sites(const recording::StackTable& stacks, const FrameNames& names) : stacks_(stacks), names_(names) {}

    const StackTraits& traits(recording::StackId stack) const;
    /// The node a charge of this category is shown at: where the thread ran, or the user's code that blocked. Empty: no
    /// Python frame.
    recording::StackId site_of(recording::StackId stack, Category category) const;
    const symbols::FrameName& name(recording::FrameId frame) const { return names_.name(frame); }
    const std::vector<symbols::MemoryAccess>& accesses_around(recording::FrameId frame) const {
        return names_.accesses_around(frame);
    }
    const std::vector<symbols::SourcePlace>& sources(recording::FrameId frame) const { return names_.sources(frame); }
    /// The name of the node's own frame.
    const symbols::FrameName& name_at(recording::StackId node) const { return names_.name(stacks_.node(node).frame); }
    bool is_interpreter_loop(recording::StackId node) const;
    const recording::StackTable& stacks() const { return stacks_; }

  private:
    StackTraits read(recording::StackId stack) const;
    bool idles(recording::StackId stack) const;
    FrameRole role(recording::FrameId frame) const;

    const recording::StackTable& stacks_;
    const FrameNames& names_;
    mutable std::vector<std::optional<FrameRole>> roles_;     // by frame
    mutable std::vector<std::optional<StackTraits>> traits_;  // by stack
};

}  // namespace ftscale::account

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/sites.h"

namespace ftscale::account {

using recording::FrameId;
using recording::StackId;

const StackTraits& Sites::traits(StackId stack) const {
    const auto index = static_cast<std::size_t>(stack);
    if (traits_.size() < stacks_.stack_count()) traits_.resize(stacks_.stack_count());
    if (!traits_[index]) traits_[index] = read(stack);
    return *traits_[index];
}

StackId Sites::site_of(StackId stack, Category category) const {
    const StackTraits& found = traits(stack);
    switch (category) {
        case Category::Work:
        case Category::Refcount:
        case Category::Gc:
        case Category::Kernel:
        case Category::RunQueue:
        case Category::Serial:
            return found.innermost_python;
        default:
            return found.site;
    }
}

bool Sites::is_interpreter_loop(StackId node) const {
    return role(stacks_.node(node).frame) == FrameRole::InterpreterLoop;
}

FrameRole Sites::role(FrameId frame) const {
    const auto index = static_cast<std::size_t>(frame);
    if (roles_.size() < stacks_.frame_count()) roles_.resize(stacks_.frame_count());
    if (!roles_[index]) roles_[index] = role_of(names_.name(frame));
    return *roles_[index];
}

StackTraits Sites::read(StackId stack) const {
    StackTraits traits;
    for (StackId node = stack; node != StackId::Empty; node = stacks_.node(node).parent) {
        const FrameId frame = stacks_.node(node).frame;
        const FrameRole role = this->role(frame);
        const bool inside = traits.innermost_python == StackId::Empty;
        if (stacks_.frame(frame).python) {
            if (inside) {
                traits.innermost_python = traits.site = node;
                traits.waits_for_work = role == FrameRole::WaitsForWork || role == FrameRole::Joins;
            }
            traits.joins |= !traits.is_users && role == FrameRole::Joins;
            if (traits.is_users || role == FrameRole::WaitsForWork || role == FrameRole::Joins ||
                role == FrameRole::Plumbing)
                continue;
            traits.site = node;
            traits.is_users = true;
        } else {
            if (inside) traits.roles |= 1U << static_cast<unsigned>(role);
            // Where the evaluation loop itself takes the lock, the next native frame is outside the Python frame: the
            // loop.
            if (!traits.native_caller && !is_lock_machinery(role)) traits.native_caller = frame;
        }
    }
    traits.idles = traits.innermost_python == StackId::Empty && idles(stack);
    return traits;
}

/// Looking for work is all there is: a server's own code, or a runtime that was called by nothing and calls nothing.
bool Sites::idles(StackId stack) const {
    bool is_runtime = false;
    for (StackId node = stack; node != StackId::Empty; node = stacks_.node(node).parent) {
        const FrameRole role = this->role(stacks_.node(node).frame);
        if (role == FrameRole::PoolServer) return !is_runtime;
        if (role == FrameRole::PoolRuntime)
            is_runtime = true;
        else if (role != FrameRole::CLibrary && !is_lock_machinery(role))
            return false;
    }
    return is_runtime;
}

}  // namespace ftscale::account

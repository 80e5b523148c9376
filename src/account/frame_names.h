// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What account needs of the symbols room: a few functions, so that tests can say themselves what frames are.
#pragma once

#include <vector>

#include "recording/recording.h"
#include "symbols/symbols.h"

namespace ftscale::account {

class FrameNames {
  public:
    FrameNames() = default;
    FrameNames(const FrameNames&) = delete;
    FrameNames& operator=(const FrameNames&) = delete;
    virtual ~FrameNames() = default;
    /// The reference stays valid as long as this object.
    virtual const symbols::FrameName& name(recording::FrameId frame) const = 0;
    /// The memory that the code around an exact native frame touches, nearest first.
    virtual const std::vector<symbols::MemoryAccess>& accesses_around(recording::FrameId frame) const = 0;
    /// What was inlined at a native frame, innermost first, and the function itself; empty without debug info.
    virtual const std::vector<symbols::SourcePlace>& sources(recording::FrameId frame) const = 0;
};

class SymbolNames final : public FrameNames {
  public:
    explicit SymbolNames(const symbols::Symbols& symbols) : symbols_(symbols) {}
    const symbols::FrameName& name(recording::FrameId frame) const override { return symbols_.name(frame); }
    const std::vector<symbols::MemoryAccess>& accesses_around(recording::FrameId frame) const override {
        return symbols_.accesses_around(frame);
    }
    const std::vector<symbols::SourcePlace>& sources(recording::FrameId frame) const override {
        return symbols_.sources(frame);
    }

  private:
    const symbols::Symbols& symbols_;
};

}  // namespace ftscale::account

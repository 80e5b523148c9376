// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// From a stack to the function and line a person is shown.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "account/ledger.h"
#include "account/sites.h"
#include "analysis/analysis.h"

namespace ftscale::analysis {

/// A function as rows are kept by: its place has the line where it starts.
struct FunctionKey {
    Place place;
    bool outside_python = false;
    friend auto operator<=>(const FunctionKey&, const FunctionKey&) = default;
};

struct Location {
    FunctionKey function;
    int line = 0;                       // of the instruction
    std::optional<FunctionKey> native;  // the native function that worked for the Python one, where one did
    std::optional<recording::FrameId> native_frame;  // where it, or a native thread's function, was
};

class Places {
  public:
    explicit Places(const account::Sites& sites) : sites_(sites) {}
    /// Computed once per stack and side (running or blocked).
    const Location& locate(recording::StackId stack, account::Category category) const;
    /// Where a thread waited for a lock or let it go.
    Place lock_place(recording::StackId stack) const;
    /// Where a thread waited for anything else.
    Place wait_place(recording::StackId stack) const;
    /// Where a thread ran, with the line.
    Place work_place(recording::StackId stack) const;
    const account::Sites& sites() const { return sites_; }

  private:
    Place place_at_line(recording::StackId stack, account::Category category) const;
    Location find(recording::StackId stack, account::Category category) const;
    std::optional<recording::FrameId> native_frame(recording::StackId stack) const;
    FunctionKey native_function(recording::FrameId frame, bool outside_python) const;

    const account::Sites& sites_;
    mutable std::unordered_map<std::uint64_t, Location> locations_;
};

/// The source file; of a native function without debug info the ELF object.
inline const std::string& source_of(const Place& place) { return place.source.empty() ? place.file : place.source; }
/// "app.py" of "/home/me/app.py".
std::string base_name(const std::string& path);
/// Whether frames of this ELF object, between two Python functions, are just how the one called the other: the
/// interpreter, the C library, ctypes.
bool is_plumbing_module(const std::string& path);
/// "add (app.py:12)"; where it has no name but its address in a file, that alone: "libgomp.so.1+0x1dfd0".
std::string place_text(const Place& place);

}  // namespace ftscale::analysis

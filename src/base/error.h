// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "base/exit_code.h"

namespace ftscale::base {

/// The world failed (file, interpreter, permission): what happened, and what the user can do about it. Thrown anywhere
/// in the tool, caught once in main.cpp. Absence that is normal is a std::optional, not an Error.
class Error : public std::runtime_error {
  public:
    explicit Error(const std::string& message, std::string hint = {}, ExitCode code = ExitCode::Failed)
        : std::runtime_error(message), hint_(std::move(hint)), code_(code) {}

    const std::string& hint() const { return hint_; }
    ExitCode code() const { return code_; }

  private:
    std::string hint_;
    ExitCode code_;
};

}  // namespace ftscale::base

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "launch/captured_command.h"
#include "launch/variables.h"
#include "recording/manifest.h"

namespace ftscale::launch {

/// The interpreter to run scripts with: the one asked for (--python), else FTSCALE_PYTHON, else the first of
/// find_interpreters() that is fit. Throws base::Error, one line and what to do, when there is none or the one asked
/// for is not fit.
recording::Interpreter choose_interpreter(const std::optional<std::string>& asked_for, const Variables& variables);

/// Starts the program once and asks what it is. Throws base::Error when it is not a supported free-threaded CPython.
recording::Interpreter interrogate(const std::string& path);

/// The second half of interrogate(), pure: judges the answer.
recording::Interpreter judge_answer(const std::string& path, const CapturedCommand& answer);

/// An interpreter on a cold network disk may take seconds; none takes this long.
inline constexpr std::chrono::seconds kAnswerTimeout{10};

}  // namespace ftscale::launch

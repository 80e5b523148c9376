// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Messages to the person at the terminal; results never go through here. debug: for developers; info: with -v; warn:
// the result may be affected; error: we stop.
#pragma once

#include <string_view>

namespace ftscale::base {

enum class LogLevel { Debug, Info, Warn, Error };

void set_log_level(LogLevel level);
void log(LogLevel level, std::string_view message);

}  // namespace ftscale::base

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "globals.h"

namespace ftscale::probe {

PythonLayout g_layout;
pid_t g_pid = 0;
StaticImage g_python_image;
bool g_script_is_over = false;

}  // namespace ftscale::probe

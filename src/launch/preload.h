// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ftscale::launch {

/// Whether the library is a sanitizer's runtime: gcc's libasan.so.8, clang's libclang_rt.asan-x86_64.so, ... These
/// refuse to start a program in which they are not the first library.
bool is_sanitizer_runtime(std::string_view path);

/// LD_PRELOAD with the probe in it: behind sanitizers' runtimes, before all else the user preloads, as what the probe
/// interposes must win over an allocator's or a checker's library of the same kind. Pure.
std::string preload_with_probe(std::string_view preload, const std::string& probe);

}  // namespace ftscale::launch

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Threads that native libraries start: the pools of BLAS, OpenMP and their like.
#pragma once

#include <string_view>

#include "account/ledger.h"
#include "account/sites.h"
#include "analysis/analysis.h"

namespace ftscale::analysis {

struct KnownPool {
    std::string_view file;  // part of the shared object's name
    const char* library;
    const char* variable;  // environment variable that sets how many threads it has
};

/// By the shared object that a thread's code is in; null where it is no library with a pool of its own.
const KnownPool* known_pool(std::string_view path);

/// By the name that it is shown by; null for others.
const KnownPool* known_pool_called(std::string_view library);

/// Named after who started it.
ThreadRow thread_row(const account::ThreadLedger& thread, const account::Sites& sites);

}  // namespace ftscale::analysis

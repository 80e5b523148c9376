// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "real.h"

#include <dlfcn.h>

#include <cerrno>

namespace ftscale::probe {

RealFunctions g_real;

namespace {

/// In place of what this libc does not have: somebody has found the probe's function by its name alone.
long missing() {
    errno = ENOSYS;
    return -1;
}

void* look_up(const char* name, const char* version) {
    void* found = version != nullptr ? dlvsym(RTLD_NEXT, name, version) : nullptr;
    if (found == nullptr) found = dlsym(RTLD_NEXT, name);
    return found != nullptr ? found : reinterpret_cast<void*>(missing);
}

}  // namespace

void resolve_real_functions() {
#define FTSCALE_RESOLVE(result, name, parameters, version, reports, interrupted) \
    g_real.name = reinterpret_cast<result(*) parameters>(look_up(#name, version));
    FTSCALE_INTERPOSED(FTSCALE_RESOLVE)
#undef FTSCALE_RESOLVE
    g_real.resolved = true;
}

}  // namespace ftscale::probe

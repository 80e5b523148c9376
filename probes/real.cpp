// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "real.h"

#include <dlfcn.h>

namespace ftscale::probe {

RealFunctions g_real;

namespace {

void* look_up(const char* name, const char* version) {
    void* found = version != nullptr ? dlvsym(RTLD_NEXT, name, version) : nullptr;
    return found != nullptr ? found : dlsym(RTLD_NEXT, name);
}

}  // namespace

void resolve_real_functions() {
#define FTSCALE_RESOLVE(result, name, parameters, version) \
    g_real.name = reinterpret_cast<result(*) parameters>(look_up(#name, version));
    FTSCALE_REAL_FUNCTIONS(FTSCALE_RESOLVE)
#undef FTSCALE_RESOLVE
    g_real.resolved = true;
}

}  // namespace ftscale::probe

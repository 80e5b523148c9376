// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The functions the probe stands in front of. Inside this room the interposed names would lead back to the probe: call
// these.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "interposed.h"

namespace ftscale::probe {

struct RealFunctions {
#define FTSCALE_FIELD(result, name, parameters, version, reports, interrupted) result(*name) parameters;
    FTSCALE_INTERPOSED(FTSCALE_FIELD)
#undef FTSCALE_FIELD
    bool resolved;
};
extern RealFunctions g_real;

/// Looks all of them up. Idempotent; other libraries' constructors may call an interposed function before ours has run.
void resolve_real_functions();

inline const RealFunctions& real() {
    if (__builtin_expect(!g_real.resolved, 0)) resolve_real_functions();
    return g_real;
}

}  // namespace ftscale::probe

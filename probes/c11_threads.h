// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// C11's threads. glibc builds them on POSIX's, with codes of their own, and calls these inside itself, where nobody can
// stand in front of them.
#pragma once

#include <pthread.h>
#include <threads.h>

#include <cerrno>

namespace ftscale::probe {

inline pthread_mutex_t* posix(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
inline pthread_cond_t* posix(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

inline int c11_code(int error) {
    switch (error) {
        case 0:
            return thrd_success;
        case EBUSY:
            return thrd_busy;
        case ETIMEDOUT:
            return thrd_timedout;
        case ENOMEM:
            return thrd_nomem;
        default:
            return thrd_error;
    }
}

}  // namespace ftscale::probe

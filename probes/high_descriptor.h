// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Where the probe keeps the few descriptors that stay open: above those the script opens, which the kernel numbers from
// below; not so high that the table of descriptors grows large.
#pragma once

#include "raw_syscall.h"

namespace ftscale::probe {

inline int first_high_descriptor() {
    constexpr rlim_t kHighestFirst = 16384;
    rlimit limit{};
    if (raw_getrlimit(RLIMIT_NOFILE, limit) != 0) return 3;
    const rlim_t high = limit.rlim_cur - limit.rlim_cur / 4;
    return static_cast<int>(high < kHighestFirst ? high : kHighestFirst);
}

/// A copy of `descriptor` up there, close-on-exec; negative where there is no room: the numbers below are the script's.
inline int copy_up(int descriptor) { return raw_fcntl(descriptor, F_DUPFD_CLOEXEC, first_high_descriptor()); }

}  // namespace ftscale::probe

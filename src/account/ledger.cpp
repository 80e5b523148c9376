// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/ledger.h"

#include <algorithm>
#include <numeric>

namespace ftscale::account {

const char* category_name(Category category) {
    static constexpr std::array<const char*, kCategoryCount> kNames = {
        "work",   "refcount",  "spin", "lock_wait", "stop_the_world", "gc",     "gil",
        "kernel", "run_queue", "io",   "sleep",     "starved",        "serial", "unknown",
    };
    return kNames[static_cast<std::size_t>(category)];
}

const char* lock_kind_name(LockKind kind) {
    switch (kind) {
        case LockKind::Object:
            return "object";
        case LockKind::ThreadingLock:
            return "threading.Lock";
        case LockKind::Internal:
            return "internal";
        case LockKind::Pthread:
            return "pthread";
        case LockKind::Gil:
            return "gil";
        case LockKind::StopTheWorld:
            return "stop-the-world";
    }
    return "internal";
}

double Amounts::total() const { return std::accumulate(values_.begin(), values_.end(), 0.0); }

Amounts& Amounts::operator+=(const Amounts& other) {
    std::transform(values_.begin(), values_.end(), other.values_.begin(), values_.begin(), std::plus<>());
    return *this;
}

Amounts& Amounts::operator-=(const Amounts& other) {
    std::transform(values_.begin(), values_.end(), other.values_.begin(), values_.begin(), std::minus<>());
    return *this;
}

Amounts& Amounts::operator*=(double factor) {
    for (double& value : values_) value *= factor;
    return *this;
}

}  // namespace ftscale::account

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include "account/ledger.h"

namespace ftscale::account {

/// Whether a thread in this state uses a CPU.
inline bool is_on_cpu(Category category) {
    return category == Category::Work || category == Category::Refcount || category == Category::Spin ||
           category == Category::Gc || category == Category::Kernel;
}

}  // namespace ftscale::account

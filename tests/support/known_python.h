// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Processes of interpreters whose locks are known.
#pragma once

#include <algorithm>

#include "account/internal_locks.h"

namespace ftscale::tests {

inline const account::InternalLockRow& python_31315() {
    const auto rows = account::internal_lock_rows();
    return *std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.last_version == 0x030d0ff0; });
}

inline format::ProcessBegin facts_of(const account::InternalLockRow& row, std::uint64_t runtime_address) {
    format::ProcessBegin facts{};
    facts.python_version = row.last_version;
    facts.runtime_address = runtime_address;
    facts.runtime_size = row.runtime_size;
    facts.interpreter_size = row.interpreter_size;
    facts.thread_state_size = row.thread_state_size;
    facts.interpreter_address = runtime_address + row.interpreter;
    return facts;
}

}  // namespace ftscale::tests

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What holds for every ledger and every analysis, whatever was recorded. Called by every test that makes one.
#pragma once

#include "account/ledger.h"

namespace ftscale::tests {

/// The categories sum to threads x wall time, the charges to the categories; nothing is negative, nothing appears
/// twice.
void check_ledger(const account::Ledger& ledger);

}  // namespace ftscale::tests

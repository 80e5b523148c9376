// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Why the world was stopped, by the native functions of the requester. Names are hints: a stripped interpreter gives
// StopReason::Unknown (but for collections, which are recorded themselves).
#pragma once

#include "account/ledger.h"
#include "account/sites.h"

namespace ftscale::account {

StopReason stop_reason(const Sites& sites, recording::StackId requester);

}  // namespace ftscale::account

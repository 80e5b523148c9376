// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include "machine_context.h"
#include "thread_state.h"

namespace ftscale::probe {

/// The Python objects a sample's registers point to.
struct SampleObjects {
    format::SampleObject objects[format::kMostSampleObjects];
    std::uint16_t count = 0;
};

/// Looks at every register that may point to an object's header, or to what atomic operations touch in it. Reads
/// fault-safely: behind the decrement that freed it, an object may be gone. Writes Type and Object records for what the
/// thread has not met before, so call it before beginning the record of the sample. Safe in a signal handler.
void find_objects(ThreadState& state, const std::uint64_t (&registers)[kRegisterCount], SampleObjects& out);

}  // namespace ftscale::probe

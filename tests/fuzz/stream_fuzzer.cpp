// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Any bytes as a stream: chunks, records, stacks.
#include "base/error.h"
#include "fuzz/sweep.h"
#include "fuzz/target.h"

using namespace ftscale;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const recording::Manifest manifest = fuzz::small_sweep();
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    try {
        fuzz::load_streams(manifest, {{0, {bytes, bytes + size}}});
    } catch (const base::Error&) {
    }
    return 0;
}

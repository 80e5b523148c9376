// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Any text as a manifest, for streams that are in order.
#include "base/error.h"
#include "fuzz/sweep.h"
#include "fuzz/target.h"
#include "unit/recording/small_recording.h"

using namespace ftscale;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::map<unsigned, std::vector<std::byte>> streams = {
        {0, tests::small_stream(1).bytes()}, {1, tests::small_stream(2).bytes()}, {2, tests::small_stream(1).bytes()}};
    try {
        const auto manifest = recording::parse_manifest(std::string(reinterpret_cast<const char*>(data), size));
        const std::string text = to_json(manifest);
        fuzz::require(to_json(recording::parse_manifest(text)) == text,
                      "a manifest that is read can be written and read");
        fuzz::use(fuzz::load_streams(manifest, streams), fuzz::sum_of({data, size}));
    } catch (const base::Error&) {
    }
    return 0;
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Records of any content, in whole chunks -> recording -> analysis -> all that is written of it.
#include "fuzz/record_script.h"
#include "fuzz/sweep.h"
#include "fuzz/target.h"

using namespace ftscale::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const ftscale::recording::Manifest manifest = small_sweep();
    use(load_streams(manifest, to_streams(parse_script({data, size}))), sum_of({data, size}));
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    RecordScript script = parse_script({data, size});
    for (unsigned i = 0; i <= seed % 3; ++i) mutate(script, seed + i);
    std::vector<std::uint8_t> bytes = to_bytes(script);
    bytes.resize(std::min(bytes.size(), most));
    std::copy(bytes.begin(), bytes.end(), data);
    return bytes.size();
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Any bytes as a recording's file: sections, what is packed in them, the manifest, and what is printed of it.
#include <sstream>

#include "base/error.h"
#include "fuzz/memory_file.h"
#include "fuzz/target.h"
#include "recording/dump.h"
#include "recording/reader.h"

using namespace ftscale;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::MemoryFile file;
    file.fill({data, size});
    try {
        recording::load(file.path());
        std::ostringstream out;
        recording::dump(file.path(), out);
    } catch (const base::Error&) {
    }
    return 0;
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Any bytes as an object's unwind tables, as the probe reads them: .eh_frame_hdr first. The input is all of the object
// that is mapped, so that a sanitizer sees what is read beside it.
#include <vector>

#include "fuzz/target.h"
#include "unwind_tables.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::uint8_t> object(data, data + size);
    const ftscale::probe::UnwindTables tables{object.data(), object.data(), object.data() + object.size()};
    const auto begin = reinterpret_cast<std::uintptr_t>(object.data());
    for (const std::uintptr_t offset :
         {std::uintptr_t{0}, std::uintptr_t{16}, std::uintptr_t{256}, std::uintptr_t{4096}})
        ftscale::probe::make_rule(tables, begin + offset);
    return 0;
}

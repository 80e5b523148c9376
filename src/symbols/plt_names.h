// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "symbols/elf_file.h"

namespace ftscale::symbols {

struct AddressRange {
    std::uint64_t begin = 0, end = 0;
};

/// A stub of a procedure linkage table, through which an object calls a function of another.
struct PltEntry {
    AddressRange range;
    std::string function;  // as linked, mangled; empty where it cannot be told
};

/// All stubs of an object, in order of address.
std::vector<PltEntry> load_plt_entries(const ElfFile& file);

}  // namespace ftscale::symbols

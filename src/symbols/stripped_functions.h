// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What an extension module without a symbol table still tells of its functions: where they begin, as unwinding needs
// it, and the names of those that Python can call.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "symbols/elf_file.h"

namespace ftscale::symbols {

/// Where functions begin, in order: the search table of .eh_frame_hdr (Linux Standard Base 5, Exception Frames). Empty
/// where there is none, or in another encoding than linkers write.
std::vector<std::uint64_t> function_begins(const ElfFile& file);

/// Names by address of the functions in the object's tables of methods: arrays of CPython's PyMethodDef, found by the
/// relocations of their fields.
std::map<std::uint64_t, std::string> method_names(const ElfFile& file);

}  // namespace ftscale::symbols

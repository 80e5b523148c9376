// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Any bytes as an ELF object: symbols, stubs, methods, debug information, code.
#include "fuzz/memory_file.h"
#include "fuzz/target.h"
#include "recording/build_id.h"
#include "symbols/debug_info.h"
#include "symbols/elf_symbols.h"

using namespace ftscale;

namespace {

constexpr std::uint64_t kAddresses[] = {0,      1,      0x100,  0x1000,   0x1040,
                                        0x1130, 0x1140, 0x2000, 0x401136, ~std::uint64_t{0}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::MemoryFile file;
    file.fill({data, size});
    recording::read_build_id(file.path());
    symbols::has_unwind_tables(file.path());
    const auto object = symbols::ElfSymbols::load(file.path(), {}, "/nonexistent");
    const auto debug = object.debug_file() != nullptr ? symbols::DebugInfo::open(*object.debug_file()) : nullptr;
    const auto decoder =
        object.machine() == EM_AARCH64 ? symbols::make_aarch64_decoder() : symbols::make_x86_64_decoder();
    for (const std::uint64_t address : kAddresses) {
        object.find(address);
        object.function_begin(address);
        if (const auto block = object.code_around(address)) decoder->accesses_around(*block, address);
        if (debug != nullptr) debug->at(address);
    }
    return 0;
}

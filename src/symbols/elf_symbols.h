// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "symbols/elf_file.h"
#include "symbols/instruction_decoder.h"
#include "symbols/plt_names.h"

namespace ftscale::symbols {

/// The function names of one ELF object, by address in the object's own terms (virtual addresses as in the file).
class ElfSymbols {
  public:
    /// From .symtab, else the separate debug file's .symtab, else .dynsym. A file that is missing, or has another build
    /// id than the one expected (hex; empty: any), gives no names.
    static ElfSymbols load(const std::string& path, const std::string& expected_build_id = {},
                           const std::string& debug_root = kDebugRoot);

    /// Demangled name of the function or linkage stub at the address; where only exported functions have names, also
    /// those in a table of Python methods. Among names of one function: a global one before
    /// weak and local ones, then the shortest, then the first in the alphabet.
    std::optional<std::string> find(std::uint64_t address) const;
    /// Where the function around the address begins, as far as symbols or unwind tables tell; else the address.
    std::uint64_t function_begin(std::uint64_t address) const;
    /// The machine code of the function around the address, or some bytes around it where no function is known. Empty
    /// where there is none.
    std::optional<CodeBlock> code_around(std::uint64_t address) const;
    /// EM_X86_64, EM_AARCH64, ...; EM_NONE where there is no file.
    int machine() const { return machine_; }
    /// False where only exported functions, or none at all, have names.
    bool is_complete() const { return is_complete_; }
    std::size_t size() const { return symbols_.size(); }
    /// The file to look for debug info in: the separate one where there is one. Null: there is no file.
    const ElfFile* debug_file() const { return debug_file_ ? &*debug_file_ : file_ ? &*file_ : nullptr; }

  private:
    struct Symbol {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;  // == begin: size not known
        std::uint32_t section = 0;
        std::uint8_t rank = 0;  // binding: lower is preferred
        std::string_view name;  // in the mapped file
    };

    void load_code();
    void load_table(const ElfFile& file, Elf_Scn* table);
    void sort();
    const Symbol* find_covering(std::uint64_t address) const;
    const Symbol* find_without_size(std::uint64_t address) const;
    const PltEntry* find_stub(std::uint64_t address) const;

    /// A section with code and its bytes in the mapped file.
    struct CodeSection {
        AddressRange range;
        std::span<const std::byte> bytes;
    };

    std::vector<CodeSection> code_;
    int machine_ = EM_NONE;
    std::optional<ElfFile> file_;  // keeps the names mapped
    std::optional<ElfFile> debug_file_;
    std::vector<Symbol> symbols_;             // by address, preferred ones of an address first
    std::vector<std::uint64_t> highest_end_;  // of symbols_[0..i]
    std::vector<AddressRange> sections_;      // by section index
    std::vector<PltEntry> stubs_;
    std::vector<std::uint64_t> begins_;             // of stripped objects: where functions begin, in order
    std::map<std::uint64_t, std::string> methods_;  // likewise: names by begin
    bool is_complete_ = false;
};

/// A C++ name as in source, anything else unchanged.
std::string demangle(std::string_view symbol);

}  // namespace ftscale::symbols

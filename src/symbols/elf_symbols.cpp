// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "symbols/elf_symbols.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <tuple>

#include "recording/build_id.h"
#include "symbols/stripped_functions.h"

namespace ftscale::symbols {

namespace {

std::uint8_t rank_of(unsigned char binding) {
    if (binding == STB_GLOBAL || binding == STB_GNU_UNIQUE) return 0;
    return binding == STB_WEAK ? 1 : 2;
}

bool is_function(unsigned char type) { return type == STT_FUNC || type == STT_GNU_IFUNC; }

/// Hand-written assembly often has labels without a type. Mapping symbols ("$x") and local labels are no names.
bool is_label(const GElf_Sym& symbol, std::string_view name) {
    return GELF_ST_TYPE(symbol.st_info) == STT_NOTYPE && !name.empty() && name[0] != '$' && !name.starts_with(".L");
}

/// Where each executable section lies; an empty range for all others.
std::vector<AddressRange> load_code_sections(const ElfFile& file) {
    std::vector<AddressRange> ranges;
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(file.get(), section)) != nullptr;) {
        GElf_Shdr header;
        ranges.resize(std::max(ranges.size(), elf_ndxscn(section) + 1));
        if (gelf_getshdr(section, &header) == nullptr || (header.sh_flags & SHF_EXECINSTR) == 0) continue;
        ranges[elf_ndxscn(section)] = {header.sh_addr, header.sh_addr + header.sh_size};
    }
    return ranges;
}

bool contains(const AddressRange& range, std::uint64_t address) {
    return range.begin <= address && address < range.end;
}

}  // namespace

std::string demangle(std::string_view symbol) {
    std::string name(symbol);
    if (!name.starts_with("_Z")) return name;
    int status = 0;
    std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                     &std::free);
    return status == 0 && text ? text.get() : name;
}

ElfSymbols ElfSymbols::load(const std::string& path, const std::string& expected_build_id,
                            const std::string& debug_root) {
    ElfSymbols result;
    result.file_ = ElfFile::open(path);
    if (!result.file_) return result;
    if (!expected_build_id.empty() && recording::read_build_id(path) != expected_build_id) return result;
    const ElfFile& file = *result.file_;
    result.load_code();
    result.sections_ = load_code_sections(file);
    if (Elf_Scn* table = file.section_of_type(SHT_SYMTAB)) {
        result.is_complete_ = true;
        result.load_table(file, table);
    } else if (result.debug_file_ = find_debug_file(file, debug_root); result.debug_file_) {
        // A debug file keeps the section headers, so the symbols' section numbers are its own.
        Elf_Scn* debug_table = result.debug_file_->section_of_type(SHT_SYMTAB);
        result.is_complete_ = debug_table != nullptr;
        if (debug_table != nullptr) {
            result.sections_ = load_code_sections(*result.debug_file_);
            result.load_table(*result.debug_file_, debug_table);
        }
    }
    if (!result.is_complete_) {
        if (Elf_Scn* table = file.section_of_type(SHT_DYNSYM)) result.load_table(file, table);
        result.begins_ = function_begins(file);
        result.methods_ = method_names(file);
    }
    result.stubs_ = load_plt_entries(file);
    result.sort();
    return result;
}

void ElfSymbols::load_code() {
    machine_ = file_->machine();
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(file_->get(), section)) != nullptr;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr || (header.sh_flags & SHF_EXECINSTR) == 0) continue;
        const Elf_Data* data = header.sh_type == SHT_PROGBITS ? elf_rawdata(section, nullptr) : nullptr;
        if (data == nullptr || data->d_buf == nullptr) continue;
        code_.push_back({{header.sh_addr, header.sh_addr + data->d_size},
                         {static_cast<const std::byte*>(data->d_buf), data->d_size}});
    }
}

void ElfSymbols::load_table(const ElfFile& file, Elf_Scn* table) {
    GElf_Shdr header;
    Elf_Data* data = elf_getdata(table, nullptr);
    if (gelf_getshdr(table, &header) == nullptr || data == nullptr || header.sh_entsize == 0) return;
    std::uint64_t count = data->d_size / header.sh_entsize;
    for (std::uint64_t i = 0; i < count; ++i) {
        GElf_Sym symbol;
        if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr || symbol.st_shndx == SHN_UNDEF) continue;
        if (symbol.st_shndx >= sections_.size() || !contains(sections_[symbol.st_shndx], symbol.st_value)) continue;
        const char* text = elf_strptr(file.get(), header.sh_link, symbol.st_name);
        std::string_view name = text != nullptr ? text : "";
        name = name.substr(0, name.find('@'));  // "memcpy@@GLIBC_2.14"
        if (name.empty() || !(is_function(GELF_ST_TYPE(symbol.st_info)) || is_label(symbol, name))) continue;
        std::uint64_t room = sections_[symbol.st_shndx].end - symbol.st_value;
        symbols_.push_back({symbol.st_value, symbol.st_value + std::min(symbol.st_size, room), symbol.st_shndx,
                            rank_of(GELF_ST_BIND(symbol.st_info)), name});
    }
}

void ElfSymbols::sort() {
    std::sort(symbols_.begin(), symbols_.end(), [](const Symbol& a, const Symbol& b) {
        return std::tuple(a.begin, a.rank, a.name.size(), a.name) < std::tuple(b.begin, b.rank, b.name.size(), b.name);
    });
    std::uint64_t highest = 0;
    highest_end_.reserve(symbols_.size());
    for (const Symbol& symbol : symbols_) highest_end_.push_back(highest = std::max(highest, symbol.end));
}

/// The innermost function around the address: the one that begins last. Of those that begin together, the first in our
/// order.
const ElfSymbols::Symbol* ElfSymbols::find_covering(std::uint64_t address) const {
    auto above = std::upper_bound(symbols_.begin(), symbols_.end(), address,
                                  [](std::uint64_t value, const Symbol& symbol) { return value < symbol.begin; });
    const Symbol* found = nullptr;
    // One symbol over all others, which no linker writes, would make each look-up walk through them.
    int steps_left = 1000;
    for (auto i = static_cast<std::size_t>(above - symbols_.begin());
         i-- > 0 && highest_end_[i] > address && steps_left-- > 0;) {
        if (found != nullptr && symbols_[i].begin != found->begin) break;
        if (address < symbols_[i].end) found = &symbols_[i];
    }
    return found;
}

/// The label before the address in the same section, where no function of known size lies in between.
const ElfSymbols::Symbol* ElfSymbols::find_without_size(std::uint64_t address) const {
    auto above = std::upper_bound(symbols_.begin(), symbols_.end(), address,
                                  [](std::uint64_t value, const Symbol& symbol) { return value < symbol.begin; });
    const Symbol* found = nullptr;
    for (auto i = static_cast<std::size_t>(above - symbols_.begin()); i-- > 0;) {
        const Symbol& symbol = symbols_[i];
        if (found != nullptr && symbol.begin != found->begin) break;
        if (symbol.end != symbol.begin || !contains(sections_[symbol.section], address)) return found;
        found = &symbol;
    }
    return found;
}

std::optional<CodeBlock> ElfSymbols::code_around(std::uint64_t address) const {
    // Without a function's begin: as much before as it takes to fall into step with the instructions, and some behind.
    constexpr std::uint64_t kBefore = 64, kBehind = 32;
    const auto section = std::find_if(code_.begin(), code_.end(),
                                      [address](const CodeSection& code) { return contains(code.range, address); });
    if (section == code_.end()) return std::nullopt;
    const Symbol* symbol = find_covering(address);
    const bool known = symbol != nullptr && symbol->begin >= section->range.begin && symbol->end <= section->range.end;
    const std::uint64_t begin =
        known ? symbol->begin : std::max(section->range.begin, address - std::min(address, kBefore));
    const std::uint64_t end = known ? symbol->end : address + std::min(kBehind, section->range.end - address);
    return CodeBlock{begin, section->bytes.subspan(begin - section->range.begin, end - begin), known};
}

const PltEntry* ElfSymbols::find_stub(std::uint64_t address) const {
    auto above = std::upper_bound(stubs_.begin(), stubs_.end(), address,
                                  [](std::uint64_t value, const PltEntry& stub) { return value < stub.range.begin; });
    if (above == stubs_.begin() || !contains(std::prev(above)->range, address)) return nullptr;
    return &*std::prev(above);
}

std::uint64_t ElfSymbols::function_begin(std::uint64_t address) const {
    if (const Symbol* symbol = find_covering(address)) return symbol->begin;
    const auto above = std::upper_bound(begins_.begin(), begins_.end(), address);
    return above == begins_.begin() ? address : *std::prev(above);
}

std::optional<std::string> ElfSymbols::find(std::uint64_t address) const {
    if (const Symbol* symbol = find_covering(address)) return demangle(symbol->name);
    if (const PltEntry* stub = find_stub(address))
        return stub->function.empty() ? "[plt]" : demangle(stub->function) + "@plt";
    // Exported names alone are too sparse for a guess by neighbourhood.
    if (!is_complete_) {
        const auto method = methods_.find(function_begin(address));
        return method == methods_.end() ? std::nullopt : std::optional(method->second);
    }
    const Symbol* symbol = find_without_size(address);
    return symbol != nullptr ? std::optional(demangle(symbol->name)) : std::nullopt;
}

}  // namespace ftscale::symbols

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The order of stubs in .plt, .plt.sec and .plt.got is the linker's business, so each stub is read: it jumps through a
// slot of the global offset table, and the relocation of that slot names the function.
#include "symbols/plt_names.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string_view>

namespace ftscale::symbols {

namespace {

using NameBySlot = std::map<std::uint64_t, std::string>;

constexpr std::uint64_t kUsualEntryBytes = 16;

bool fills_slot(int machine, std::uint64_t relocation) {
    return machine == EM_AARCH64 ? relocation == R_AARCH64_JUMP_SLOT || relocation == R_AARCH64_GLOB_DAT
                                 : relocation == R_X86_64_JUMP_SLOT || relocation == R_X86_64_GLOB_DAT;
}

void add_relocations(const ElfFile& file, Elf_Scn* section, const GElf_Shdr& header, NameBySlot& names) {
    Elf_Scn* symbols = elf_getscn(file.get(), header.sh_link);
    GElf_Shdr symbols_header;
    if (symbols == nullptr || gelf_getshdr(symbols, &symbols_header) == nullptr) return;
    Elf_Data* data = elf_getdata(section, nullptr);
    Elf_Data* symbol_data = elf_getdata(symbols, nullptr);
    if (data == nullptr || symbol_data == nullptr || header.sh_entsize == 0) return;
    std::uint64_t count = data->d_size / header.sh_entsize;
    for (std::uint64_t i = 0; i < count; ++i) {
        GElf_Rela relocation;
        GElf_Sym symbol;
        if (gelf_getrela(data, static_cast<int>(i), &relocation) == nullptr) continue;
        if (!fills_slot(file.machine(), GELF_R_TYPE(relocation.r_info))) continue;
        if (gelf_getsym(symbol_data, static_cast<int>(GELF_R_SYM(relocation.r_info)), &symbol) == nullptr) continue;
        const char* name = elf_strptr(file.get(), symbols_header.sh_link, symbol.st_name);
        if (name != nullptr && *name != '\0') names.emplace(relocation.r_offset, name);
    }
}

NameBySlot load_slots(const ElfFile& file) {
    NameBySlot names;
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(file.get(), section)) != nullptr;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) != nullptr && header.sh_type == SHT_RELA)
            add_relocations(file, section, header, names);
    }
    return names;
}

struct Stub {
    AddressRange range;
    std::optional<std::uint64_t> slot;  // address of the slot it jumps through
};

using Code = std::span<const unsigned char>;

/// `jmp *displacement(%rip)`, ff 25, behind endbr64 or bnd prefixes.
std::optional<std::uint64_t> slot_of_x86_64(Code stub, std::uint64_t address) {
    constexpr std::size_t kJumpBytes = 6;
    for (std::size_t i = 0; i + kJumpBytes <= stub.size(); ++i) {
        if (stub[i] != 0xff || stub[i + 1] != 0x25) continue;
        std::int32_t displacement = 0;
        std::memcpy(&displacement, &stub[i + 2], sizeof displacement);
        return address + i + kJumpBytes + static_cast<std::uint64_t>(static_cast<std::int64_t>(displacement));
    }
    return std::nullopt;
}

std::vector<Stub> stubs_x86_64(Code code, const GElf_Shdr& header) {
    // lld leaves the entry size at 0; .plt.got may have stubs of eight bytes.
    const std::uint64_t stride =
        header.sh_entsize >= 8 && header.sh_entsize <= 64 ? header.sh_entsize : kUsualEntryBytes;
    std::vector<Stub> stubs;
    for (std::uint64_t offset = 0; offset < code.size(); offset += stride) {
        const std::uint64_t size = std::min<std::uint64_t>(stride, code.size() - offset);
        const std::uint64_t address = header.sh_addr + offset;
        stubs.push_back({{address, address + size}, slot_of_x86_64(code.subspan(offset, size), address)});
    }
    return stubs;
}

/// `adrp x16, page; ldr x17, [x16, offset]`
std::optional<std::uint64_t> slot_of_aarch64(std::uint32_t page, std::uint32_t load, std::uint64_t address) {
    if ((page & 0x9f00001f) != 0x90000010 || (load & 0xffc003ff) != 0xf9400211) return std::nullopt;
    constexpr std::uint64_t kPageBytes = 4096, kSign = 1 << 20;  // of a number of 21 bits
    const std::uint64_t pages = (page >> 5 & 0x7ffff) << 2 | (page >> 29 & 3);
    return (address & ~(kPageBytes - 1)) + ((pages ^ kSign) - kSign) * kPageBytes + (load >> 10 & 0xfff) * 8;
}

/// Their sizes differ with the linker's options, but all end in `br x17`.
std::vector<Stub> stubs_aarch64(Code code, const GElf_Shdr& header) {
    constexpr std::uint32_t kBrX17 = 0xd61f0220, kNop = 0xd503201f;
    constexpr std::size_t kWord = sizeof(std::uint32_t);
    const auto word_at = [code](std::size_t offset) {
        std::uint32_t word = 0;
        std::memcpy(&word, &code[offset], kWord);
        return word;
    };
    std::vector<Stub> stubs;
    Stub stub{{header.sh_addr, header.sh_addr}, std::nullopt};
    for (std::size_t offset = 0; offset + kWord <= code.size(); offset += kWord) {
        const std::uint64_t address = header.sh_addr + offset;
        const std::uint32_t word = word_at(offset);
        const bool pads = word == kNop && stub.range.begin == address;
        if (pads) stub.range.begin += kWord;
        if (offset + 2 * kWord <= code.size())
            if (const auto slot = slot_of_aarch64(word, word_at(offset + kWord), address)) stub.slot = slot;
        if (word != kBrX17) continue;
        stub.range.end = address + kWord;
        stubs.push_back(stub);
        stub = {{address + kWord, address + kWord}, std::nullopt};
    }
    return stubs;
}

void add_stubs(const ElfFile& file, Elf_Scn* section, const GElf_Shdr& header, const NameBySlot& slots,
               std::vector<PltEntry>& entries) {
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr || data->d_buf == nullptr) return;
    const Code code(static_cast<const unsigned char*>(data->d_buf), data->d_size);
    for (const Stub& stub : file.machine() == EM_AARCH64 ? stubs_aarch64(code, header) : stubs_x86_64(code, header)) {
        const auto found = stub.slot ? slots.find(*stub.slot) : slots.end();
        entries.push_back({stub.range, found != slots.end() ? found->second : std::string()});
    }
}

}  // namespace

std::vector<PltEntry> load_plt_entries(const ElfFile& file) {
    std::vector<PltEntry> entries;
    if (file.machine() != EM_X86_64 && file.machine() != EM_AARCH64) return entries;
    const NameBySlot slots = load_slots(file);
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(file.get(), section)) != nullptr;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_PROGBITS) continue;
        std::string_view name = file.section_name(header);
        if (name == ".plt" || name == ".plt.sec" || name == ".plt.got")
            add_stubs(file, section, header, slots, entries);
    }
    std::sort(entries.begin(), entries.end(),
              [](const PltEntry& a, const PltEntry& b) { return a.range.begin < b.range.begin; });
    return entries;
}

}  // namespace ftscale::symbols

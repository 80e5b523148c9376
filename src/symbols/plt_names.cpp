// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The order of stubs in .plt, .plt.sec and .plt.got is the linker's business, so each stub is read: on x86-64 it jumps
// through a slot of the global offset table, and the relocation of that slot names the function.
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
        auto type = GELF_R_TYPE(relocation.r_info);
        if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) continue;
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

/// Address of the slot that the stub jumps through: `jmp *displacement(%rip)`, ff 25, behind endbr64 or bnd prefixes.
std::optional<std::uint64_t> slot_of(std::span<const unsigned char> stub, std::uint64_t address) {
    constexpr std::size_t kJumpBytes = 6;
    for (std::size_t i = 0; i + kJumpBytes <= stub.size(); ++i) {
        if (stub[i] != 0xff || stub[i + 1] != 0x25) continue;
        std::int32_t displacement = 0;
        std::memcpy(&displacement, &stub[i + 2], sizeof displacement);
        return address + i + kJumpBytes + static_cast<std::uint64_t>(static_cast<std::int64_t>(displacement));
    }
    return std::nullopt;
}

void add_stubs(Elf_Scn* section, const GElf_Shdr& header, const NameBySlot& slots, std::vector<PltEntry>& entries) {
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr || data->d_buf == nullptr) return;
    std::span<const unsigned char> bytes(static_cast<const unsigned char*>(data->d_buf), data->d_size);
    // lld leaves the entry size at 0; .plt.got may have stubs of eight bytes.
    std::uint64_t stride = header.sh_entsize >= 8 && header.sh_entsize <= 64 ? header.sh_entsize : kUsualEntryBytes;
    for (std::uint64_t offset = 0; offset < bytes.size(); offset += stride) {
        std::uint64_t size = std::min<std::uint64_t>(stride, bytes.size() - offset);
        std::uint64_t address = header.sh_addr + offset;
        std::string function;
        if (auto slot = slot_of(bytes.subspan(offset, size), address)) {
            if (auto found = slots.find(*slot); found != slots.end()) function = found->second;
        }
        entries.push_back({{address, address + size}, function});
    }
}

}  // namespace

std::vector<PltEntry> load_plt_entries(const ElfFile& file) {
    std::vector<PltEntry> entries;
    GElf_Ehdr machine;
    if (gelf_getehdr(file.get(), &machine) == nullptr) return entries;
    NameBySlot slots = machine.e_machine == EM_X86_64 ? load_slots(file) : NameBySlot{};
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(file.get(), section)) != nullptr;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_PROGBITS) continue;
        std::string_view name = file.section_name(header);
        if (name == ".plt" || name == ".plt.sec" || name == ".plt.got") add_stubs(section, header, slots, entries);
    }
    std::sort(entries.begin(), entries.end(),
              [](const PltEntry& a, const PltEntry& b) { return a.range.begin < b.range.begin; });
    return entries;
}

}  // namespace ftscale::symbols

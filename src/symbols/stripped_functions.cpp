// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "symbols/stripped_functions.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace ftscale::symbols {
namespace {

/// A section's bytes and where they are mapped.
struct Contents {
    std::uint64_t address = 0;
    std::uint64_t flags = 0;
    std::span<const std::byte> bytes;

    bool contains(std::uint64_t at) const { return address <= at && at - address < bytes.size(); }
    std::span<const std::byte> from(std::uint64_t at) const { return bytes.subspan(at - address); }
};

/// All that is mapped and has bytes in the file.
std::vector<Contents> mapped_sections(const ElfFile& file) {
    std::vector<Contents> sections;
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(file.get(), section)) != nullptr;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr || (header.sh_flags & SHF_ALLOC) == 0) continue;
        const Elf_Data* data = header.sh_type == SHT_PROGBITS ? elf_rawdata(section, nullptr) : nullptr;
        if (data == nullptr || data->d_buf == nullptr) continue;
        sections.push_back(
            {header.sh_addr, header.sh_flags, {static_cast<const std::byte*>(data->d_buf), data->d_size}});
    }
    return sections;
}

const Contents* section_at(const std::vector<Contents>& sections, std::uint64_t address) {
    for (const Contents& section : sections)
        if (section.contains(address)) return &section;
    return nullptr;
}

template <typename Value>
std::optional<Value> read(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(Value)) return std::nullopt;
    Value value;
    std::memcpy(&value, bytes.data(), sizeof(Value));
    return value;
}

bool is_relative(int machine, std::uint64_t type) {
    return type == (machine == EM_AARCH64 ? std::uint64_t{R_AARCH64_RELATIVE} : std::uint64_t{R_X86_64_RELATIVE});
}

/// What the loader writes into pointers to the object's own parts: address of the pointer, what it points to.
using Pointers = std::map<std::uint64_t, std::uint64_t>;

Pointers load_pointers(const ElfFile& file) {
    Pointers pointers;
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(file.get(), section)) != nullptr;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_RELA || header.sh_entsize == 0) continue;
        Elf_Data* data = elf_getdata(section, nullptr);
        for (std::uint64_t i = 0; data != nullptr && i < data->d_size / header.sh_entsize; ++i) {
            GElf_Rela relocation;
            if (gelf_getrela(data, static_cast<int>(i), &relocation) == nullptr) continue;
            if (is_relative(file.machine(), GELF_R_TYPE(relocation.r_info)))
                pointers.emplace(relocation.r_offset, static_cast<std::uint64_t>(relocation.r_addend));
        }
    }
    return pointers;
}

bool is_identifier(std::string_view text) {
    const auto is_letter = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto is_part = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
    return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), is_part);
}

/// A C string that is an identifier.
std::string identifier_at(const std::vector<Contents>& sections, std::uint64_t address) {
    const Contents* section = section_at(sections, address);
    if (section == nullptr || (section->flags & SHF_EXECINSTR) != 0) return {};
    const auto bytes = section->from(address);
    const auto end = std::find(bytes.begin(), bytes.end(), std::byte{0});
    if (end == bytes.end()) return {};
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()),
                                static_cast<std::size_t>(end - bytes.begin()));
    return is_identifier(text) ? std::string(text) : std::string();
}

/// METH_VARARGS, METH_NOARGS, METH_O or METH_FASTCALL, and none but the flags there are.
bool is_method_flags(std::uint32_t flags) {
    constexpr std::uint32_t kHowCalled = 0x01 | 0x04 | 0x08 | 0x80, kAll = 0x3ff;
    return (flags & kHowCalled) != 0 && (flags & ~kAll) == 0;
}

}  // namespace

std::vector<std::uint64_t> function_begins(const ElfFile& file) {
    // Offsets from the table, which linkers write so: DW_EH_PE_datarel | DW_EH_PE_sdata4; the count as udata4.
    constexpr auto kTableEncoding = std::byte{0x3b}, kCountEncoding = std::byte{0x03};
    constexpr std::size_t kHeader = 12, kEntry = 8;
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(file.get(), section)) != nullptr;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr || file.section_name(header) != ".eh_frame_hdr") continue;
        const Elf_Data* data = elf_rawdata(section, nullptr);
        if (data == nullptr || data->d_buf == nullptr || data->d_size < kHeader) return {};
        const std::span<const std::byte> bytes(static_cast<const std::byte*>(data->d_buf), data->d_size);
        if (bytes[2] != kCountEncoding || bytes[3] != kTableEncoding) return {};
        const std::size_t count =
            std::min<std::size_t>(*read<std::uint32_t>(bytes.subspan(8)), (bytes.size() - kHeader) / kEntry);
        std::vector<std::uint64_t> begins;
        for (std::size_t i = 0; i < count; ++i) {
            const std::int64_t offset = *read<std::int32_t>(bytes.subspan(kHeader + i * kEntry));
            begins.push_back(header.sh_addr + static_cast<std::uint64_t>(offset));
        }
        return begins;
    }
    return {};
}

std::map<std::uint64_t, std::string> method_names(const ElfFile& file) {
    constexpr std::uint64_t kFunction = 8, kFlags = 16;  // struct PyMethodDef {ml_name, ml_meth, ml_flags, ml_doc}
    const std::vector<Contents> sections = mapped_sections(file);
    const Pointers pointers = load_pointers(file);
    std::map<std::uint64_t, std::string> names;
    for (const auto& [at, points_to] : pointers) {
        const auto function = pointers.find(at + kFunction);
        if (function == pointers.end() || pointers.contains(at + kFlags)) continue;
        const Contents* code = section_at(sections, function->second);
        const Contents* table = section_at(sections, at + kFlags);
        if (code == nullptr || (code->flags & SHF_EXECINSTR) == 0 || table == nullptr) continue;
        const auto flags = read<std::uint32_t>(table->from(at + kFlags));
        if (!flags || !is_method_flags(*flags)) continue;
        if (std::string name = identifier_at(sections, points_to); !name.empty())
            names.emplace(function->second, std::move(name));
    }
    return names;
}

}  // namespace ftscale::symbols

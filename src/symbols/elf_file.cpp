// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "symbols/elf_file.h"

#include <elfutils/libdwelf.h>

#include <filesystem>

#include "base/fd.h"
#include "recording/build_id.h"

namespace ftscale::symbols {

namespace {

std::optional<ElfFile> open_with_build_id(const std::string& path, const std::string& build_id) {
    if (recording::read_build_id(path) != build_id) return std::nullopt;
    return ElfFile::open(path);
}

}  // namespace

std::optional<ElfFile> ElfFile::open(const std::string& path) {
    elf_version(EV_CURRENT);
    const base::Fd fd = base::open_regular_file(path);
    if (!fd.is_open()) return std::nullopt;
    Elf* elf = elf_begin(fd.get(), ELF_C_READ_MMAP, nullptr);
    if (elf != nullptr) elf_cntl(elf, ELF_C_FDREAD);  // the mapping or copy stands alone: the descriptor can go
    if (elf == nullptr) return std::nullopt;
    ElfFile file(path, elf);
    if (elf_kind(elf) != ELF_K_ELF) return std::nullopt;
    return file;
}

int ElfFile::machine() const {
    GElf_Ehdr header;
    return gelf_getehdr(elf_.get(), &header) != nullptr ? header.e_machine : EM_NONE;
}

Elf_Scn* ElfFile::section_of_type(GElf_Word type) const {
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_.get(), section)) != nullptr;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) != nullptr && header.sh_type == type && header.sh_size > 0) return section;
    }
    return nullptr;
}

std::string_view ElfFile::section_name(const GElf_Shdr& header) const {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf_.get(), &names) != 0) return {};
    const char* name = elf_strptr(elf_.get(), names, header.sh_name);
    return name != nullptr ? name : std::string_view();
}

std::optional<ElfFile> find_debug_file(const ElfFile& object, const std::string& debug_root) {
    std::string id = recording::read_build_id(object.path()).value_or("");
    if (id.size() < 4) return std::nullopt;
    std::string by_id = debug_root + "/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug";
    if (auto file = open_with_build_id(by_id, id)) return file;

    GElf_Word checksum = 0;  // not used: the build id is the stronger test
    const char* link = dwelf_elf_gnu_debuglink(object.get(), &checksum);
    if (link == nullptr || *link == '\0') return std::nullopt;
    std::string directory = std::filesystem::path(object.path()).parent_path().string();
    for (const std::string& folder : {directory, directory + "/.debug", debug_root + directory}) {
        if (auto file = open_with_build_id(folder + "/" + link, id)) return file;
    }
    return std::nullopt;
}

bool has_unwind_tables(const std::string& path) {
    const auto file = ElfFile::open(path);
    if (!file) return false;
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(file->get(), section)) != nullptr;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) != nullptr && file->section_name(header) == ".eh_frame") return true;
    }
    return false;
}

}  // namespace ftscale::symbols

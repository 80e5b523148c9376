// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// An ELF object on disk, opened for reading. Nothing here throws for what a file holds: a file that is missing or no
// ELF is absent.
#pragma once

#include <gelf.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ftscale::symbols {

/// Where distributions put separate debug files.
inline constexpr const char kDebugRoot[] = "/usr/lib/debug";

class ElfFile {
  public:
    /// Absent when the file cannot be read or is no 64-bit or 32-bit ELF object.
    static std::optional<ElfFile> open(const std::string& path);

    Elf* get() const { return elf_.get(); }
    const std::string& path() const { return path_; }
    /// EM_X86_64, EM_AARCH64, ...; EM_NONE where the header cannot be read.
    int machine() const;
    /// First section of this type (SHT_...) that has contents in the file, or null.
    Elf_Scn* section_of_type(GElf_Word type) const;
    std::string_view section_name(const GElf_Shdr& header) const;

  private:
    struct EndElf {
        void operator()(Elf* elf) const { elf_end(elf); }
    };
    ElfFile(std::string path, Elf* elf) : path_(std::move(path)), elf_(elf) {}

    std::string path_;
    std::unique_ptr<Elf, EndElf> elf_;
};

/// The separate file with the symbols of a stripped object: by build id under `debug_root`, else by the object's
/// .gnu_debuglink beside it, in .debug/ or under `debug_root`. Only a file with the object's build id is taken; nothing
/// is fetched from a network.
std::optional<ElfFile> find_debug_file(const ElfFile& object, const std::string& debug_root = kDebugRoot);

/// Whether the object has .eh_frame, the rules by which the probe unwinds; false where it cannot be read.
bool has_unwind_tables(const std::string& path);

}  // namespace ftscale::symbols

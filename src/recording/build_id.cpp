// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/build_id.h"

#include <elfutils/libdwelf.h>
#include <fmt/format.h>
#include <libelf.h>

#include <memory>

#include "base/fd.h"

namespace ftscale::recording {

std::optional<std::string> read_build_id(const std::string& path) {
    elf_version(EV_CURRENT);
    const base::Fd fd = base::open_regular_file(path);
    if (!fd.is_open()) return std::nullopt;
    const std::unique_ptr<Elf, decltype(&elf_end)> elf(elf_begin(fd.get(), ELF_C_READ_MMAP, nullptr), &elf_end);
    const void* bytes = nullptr;
    const ssize_t length = elf != nullptr ? dwelf_elf_gnu_build_id(elf.get(), &bytes) : -1;
    if (length <= 0) return std::nullopt;
    std::string digits;
    for (ssize_t i = 0; i < length; ++i) digits += fmt::format("{:02x}", static_cast<const unsigned char*>(bytes)[i]);
    return digits;
}

}  // namespace ftscale::recording

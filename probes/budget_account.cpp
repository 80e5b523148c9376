// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Finds the run's account when the probe is loaded.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "budget.h"

namespace ftscale::probe {
namespace {

format::Budget* map_account(const char* directory) {
    char path[4096];
    const std::size_t length = std::strlen(directory);
    if (length + sizeof(format::kBudgetFile) + 1 > sizeof(path)) return nullptr;
    std::memcpy(path, directory, length);
    path[length] = '/';
    std::memcpy(path + length + 1, format::kBudgetFile, sizeof(format::kBudgetFile));
    const int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return nullptr;
    const bool is_whole = lseek(fd, 0, SEEK_END) >= static_cast<off_t>(format::kBudgetBytes);
    void* mapping =
        is_whole ? mmap(nullptr, format::kBudgetBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    close(fd);
    if (mapping == MAP_FAILED) return nullptr;
    auto* account = static_cast<format::Budget*>(mapping);
    if (account->magic == format::kBudgetMagic && account->limit_bytes != 0) return account;
    munmap(mapping, format::kBudgetBytes);
    return nullptr;
}

}  // namespace

void RunBudget::open(const char* directory, std::uint64_t limit_bytes) {
    if (format::Budget* account = map_account(directory)) return open(*account);
    own_.limit_bytes = limit_bytes;
    open(own_);
}

}  // namespace ftscale::probe

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "thread_words.h"

#include <link.h>

namespace ftscale::probe {
namespace {

std::uintptr_t load(std::uintptr_t address) {
    std::uintptr_t value;
    std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof(value));
    return value;
}

struct Search {
    std::uintptr_t address;
    bool at_program = true;  // which comes first
    ThreadStorage storage;
};

bool holds_address(const dl_phdr_info& object, std::uintptr_t address) {
    for (unsigned i = 0; i < object.dlpi_phnum; ++i) {
        const ElfW(Phdr)& segment = object.dlpi_phdr[i];
        const std::uintptr_t begin = object.dlpi_addr + segment.p_vaddr;
        if (segment.p_type == PT_LOAD && address >= begin && address - begin < segment.p_memsz) return true;
    }
    return false;
}

int visit(dl_phdr_info* object, std::size_t, void* argument) {
    auto& search = *static_cast<Search*>(argument);
    const bool is_program = search.at_program;
    search.at_program = false;
    if (!holds_address(*object, search.address)) return 0;
    search.storage.in_program = is_program;
    if (object->dlpi_tls_data == nullptr) return 1;
    for (unsigned i = 0; i < object->dlpi_phnum; ++i) {
        if (object->dlpi_phdr[i].p_type != PT_TLS) continue;
        search.storage.begin = reinterpret_cast<std::uintptr_t>(object->dlpi_tls_data);
        search.storage.bytes = object->dlpi_phdr[i].p_memsz;
    }
    return 1;
}

}  // namespace

ThreadStorage thread_storage_of(const void* address) {
    Search search{reinterpret_cast<std::uintptr_t>(address), true, {}};
    dl_iterate_phdr(visit, &search);
    return search.storage;
}

ThreadWordSearch::ThreadWordSearch(const ThreadStorage& storage) : storage_(storage) {}

void ThreadWordSearch::holds(std::uintptr_t value) {
    if (!begun_) {
        begun_ = true;
        const std::uintptr_t end = storage_.begin + storage_.bytes;
        std::uintptr_t word = (storage_.begin + sizeof(word) - 1) & ~(sizeof(word) - 1);
        for (; word + sizeof(word) <= end && count_ < kMost; word += sizeof(word))
            if (load(word) == value) words_[count_++] = word;
        return;
    }
    std::size_t left = 0;
    for (std::size_t i = 0; i < count_; ++i)
        if (load(words_[i]) == value) words_[left++] = words_[i];
    count_ = left;
}

ThreadDistance ThreadWordSearch::found() const {
    return count_ == 1 ? static_cast<ThreadDistance>(words_[0] - thread_) : 0;
}

}  // namespace ftscale::probe

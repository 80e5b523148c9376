// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "safe_read.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ftscale::probe {

bool safe_read(std::uintptr_t address, void* out, std::size_t bytes) {
    const int saved_errno = errno;
    const iovec local{out, bytes};
    const iovec remote{reinterpret_cast<void*>(address), bytes};
    const bool ok = process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == static_cast<ssize_t>(bytes);
    errno = saved_errno;
    return ok;
}

std::size_t safe_read_string(std::uintptr_t address, char* out, std::size_t capacity) {
    // Page by page: a short string may stand at the very end of what is mapped.
    constexpr std::uintptr_t kPage = 4096;
    std::size_t length = 0;
    while (length + 1 < capacity) {
        std::size_t bytes = kPage - (address + length) % kPage;
        if (bytes > capacity - 1 - length) bytes = capacity - 1 - length;
        if (!safe_read(address + length, out + length, bytes)) return 0;
        if (const void* end = std::memchr(out + length, 0, bytes))
            return static_cast<std::size_t>(static_cast<const char*>(end) - out);
        length += bytes;
    }
    out[length] = 0;
    return length;
}

}  // namespace ftscale::probe

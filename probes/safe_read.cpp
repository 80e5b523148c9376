// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "safe_read.h"

#include <sys/uio.h>

#include <cerrno>
#include <cstring>

#include "globals.h"
#include "raw_syscall.h"

namespace ftscale::probe {

namespace {

/// Bytes copied, or a negative error.
long copy_memory(const iovec* local, const iovec* remote, std::size_t count) {
    return raw_syscall(SYS_process_vm_readv, g_pid, as_argument(local), static_cast<long>(count), as_argument(remote),
                       static_cast<long>(count), 0);
}

}  // namespace

bool safe_read(std::uintptr_t address, void* out, std::size_t bytes) {
    const iovec local{out, bytes};
    const iovec remote{reinterpret_cast<void*>(address), bytes};
    return copy_memory(&local, &remote, 1) == static_cast<long>(bytes);
}

bool safe_read_pieces(Piece* pieces, std::size_t count) {
    bool allowed = true;
    for (std::size_t first = 0; first < count && allowed;) {
        iovec local[kMostPieces], remote[kMostPieces];
        for (std::size_t i = first; i < count; ++i) {
            local[i - first] = {pieces[i].out, pieces[i].bytes};
            remote[i - first] = {reinterpret_cast<void*>(pieces[i].address), pieces[i].bytes};
        }
        const long copied = copy_memory(local, remote, count - first);
        allowed = copied >= 0 || copied == -EFAULT;
        // The kernel stops at the first piece it cannot read: go on behind it.
        std::size_t left = copied > 0 ? static_cast<std::size_t>(copied) : 0;
        while (first < count && left >= pieces[first].bytes) {
            left -= pieces[first].bytes;
            pieces[first++].ok = true;
        }
        ++first;
    }
    return allowed;
}

bool are_readable(const Stretch* stretches, std::size_t count) {
    constexpr std::uintptr_t kLeastPage = 4096;
    Piece pieces[kMostPieces];
    std::size_t asked = 0;
    std::byte seen;
    const auto all_are_there = [&] {
        const bool may_ask = safe_read_pieces(pieces, asked);
        bool all = true;
        for (std::size_t i = 0; i < asked; ++i) all = all && (pieces[i].ok || !may_ask);
        asked = 0;
        return all;
    };
    for (std::size_t i = 0; i < count; ++i) {
        const std::uintptr_t end = stretches[i].address + stretches[i].bytes;
        if (end < stretches[i].address) return false;
        for (std::uintptr_t at = stretches[i].address; at < end; at += kLeastPage - at % kLeastPage) {
            pieces[asked++] = {at, &seen, 1, false};
            if (asked == kMostPieces && !all_are_there()) return false;
        }
    }
    return asked == 0 || all_are_there();
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

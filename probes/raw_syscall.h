// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// System calls without libc. Its functions are cancellation points: a thread that another one has asked to end would
// end inside the sample handler, or in a function that is none by POSIX and only recorded something. These are none,
// and leave errno alone: a failure is the negative error itself.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace ftscale::probe {

#if defined(__x86_64__)

inline long raw_syscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    long result = number;
    asm volatile("syscall"
                 : "+a"(result)
                 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

inline long raw_syscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    register long x5 asm("x5") = f;
    asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

#else
#error "no system calls for this machine"
#endif

inline long as_argument(const void* pointer) { return reinterpret_cast<long>(pointer); }

inline int raw_open(const char* path, int flags, mode_t mode = 0) {
    return static_cast<int>(raw_syscall(SYS_openat, AT_FDCWD, as_argument(path), flags, mode));
}
inline void raw_close(int descriptor) { raw_syscall(SYS_close, descriptor); }
inline long raw_read(int descriptor, void* out, std::size_t bytes) {
    return raw_syscall(SYS_read, descriptor, as_argument(out), static_cast<long>(bytes));
}
inline long raw_pwrite(int descriptor, const void* data, std::size_t bytes, std::uint64_t offset) {
    return raw_syscall(SYS_pwrite64, descriptor, as_argument(data), static_cast<long>(bytes),
                       static_cast<long>(offset));
}
inline int raw_fallocate(int descriptor, int mode, std::uint64_t offset, std::uint64_t bytes) {
    return static_cast<int>(
        raw_syscall(SYS_fallocate, descriptor, mode, static_cast<long>(offset), static_cast<long>(bytes)));
}
inline int raw_fstat(int descriptor, struct stat& status) {
    return static_cast<int>(raw_syscall(SYS_fstat, descriptor, as_argument(&status)));
}
inline int raw_fcntl(int descriptor, int command, long argument) {
    return static_cast<int>(raw_syscall(SYS_fcntl, descriptor, command, argument));
}
inline int raw_getrlimit(int resource, rlimit& limit) {
    return static_cast<int>(raw_syscall(SYS_prlimit64, 0, resource, 0, as_argument(&limit)));
}
#if defined(__SANITIZE_THREAD__)
// In unit tests: the thread sanitizer has to be told what is mapped, or it takes an address used again for a race.
inline long raw_mmap(std::size_t bytes, int protection, int flags, int descriptor, std::uint64_t offset) {
    void* const mapping = mmap(nullptr, bytes, protection, flags, descriptor, static_cast<off_t>(offset));
    return mapping == MAP_FAILED ? -errno : reinterpret_cast<long>(mapping);
}
inline void raw_munmap(void* mapping, std::size_t bytes) { munmap(mapping, bytes); }
#else
/// The mapping, or a negative error.
inline long raw_mmap(std::size_t bytes, int protection, int flags, int descriptor, std::uint64_t offset) {
    return raw_syscall(SYS_mmap, 0, static_cast<long>(bytes), protection, flags, descriptor, static_cast<long>(offset));
}
inline void raw_munmap(void* mapping, std::size_t bytes) {
    raw_syscall(SYS_munmap, as_argument(mapping), static_cast<long>(bytes));
}
#endif
/// Addresses of the upper half are the kernel's, so that a negative result is an error.
inline bool is_error(long result) { return result < 0 && result > -4096; }

}  // namespace ftscale::probe

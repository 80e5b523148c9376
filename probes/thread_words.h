// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Thread-local variables of other objects, found by what they hold. The compiler's own access to a variable of a shared
// library calls __tls_get_addr, which allocates memory after another thread has loaded a library: nothing for a signal
// handler. The storage of what was loaded with the program stands at the same distance from every thread's own pointer,
// so a distance found once will do. Not for signal handlers, but for reading at a distance.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ftscale::probe {

/// The thread-local storage that an object has in the calling thread.
struct ThreadStorage {
    std::uintptr_t begin = 0;
    std::size_t bytes = 0;
    bool in_program = false;  // whose own accesses are plain ones
};

/// That of the object which `address` lies in; of no bytes when it has none.
ThreadStorage thread_storage_of(const void* address);

/// From the calling thread's own pointer to one of its variables; the same in each thread.
using ThreadDistance = std::intptr_t;
inline std::uintptr_t thread_word(ThreadDistance distance) {
    std::uintptr_t value;
    std::memcpy(&value, reinterpret_cast<const void*>(pthread_self() + static_cast<std::uintptr_t>(distance)),
                sizeof(value));
    return value;
}

/// Which word of a thread's storage is a variable of which one knows, at several moments, what it holds.
class ThreadWordSearch {
  public:
    explicit ThreadWordSearch(const ThreadStorage& storage);

    /// The variable holds `value` now: all other words are out.
    void holds(std::uintptr_t value);
    /// The distance of the one word left; 0 where there is none, or more than one.
    ThreadDistance found() const;

  private:
    static constexpr std::size_t kMost = 64;
    std::uintptr_t words_[kMost];
    std::size_t count_ = 0;
    ThreadStorage storage_;
    std::uintptr_t thread_ = pthread_self();  // whose storage is searched
    bool begun_ = false;
};

}  // namespace ftscale::probe

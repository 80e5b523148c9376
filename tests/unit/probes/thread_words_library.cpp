// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A library that keeps thread-local variables as a shared libpython does: some, one of which at times holds what
// another does.
#include <cstdint>

namespace {
thread_local volatile std::uintptr_t t_others[100];
thread_local volatile std::uintptr_t t_current;
thread_local volatile std::uintptr_t t_twin;
thread_local volatile std::uintptr_t t_bound;
}  // namespace

extern "C" {
__attribute__((visibility("default"))) void set_words(std::uintptr_t current, std::uintptr_t bound) {
    t_others[0] = 1;
    t_current = current;
    t_bound = bound;
    if (current != 0) t_twin = current;
}
__attribute__((visibility("default"))) void set_twin(std::uintptr_t value) { t_twin = value; }
__attribute__((visibility("default"))) std::uintptr_t get_current() { return t_current; }
}

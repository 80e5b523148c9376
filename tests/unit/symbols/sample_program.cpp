// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Linked at a fixed address: the addresses of its functions are those in the file.
#include <cstdio>

static __attribute__((noinline)) int fixed_function(int value) { return std::printf("%d\n", value); }

int main() {
    std::printf("%p\n", reinterpret_cast<void*>(&fixed_function));
    return fixed_function(1) > 0 ? 0 : 1;
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Functions of every kind of visibility and several names each; elf_symbols_test looks them up by address.
#include <unistd.h>

#define KEPT __attribute__((noinline, used))

extern "C" {

KEPT int sample_exported(int value) { return value + getpid(); }
// Among names of one function the global ones come before the weak and the local, then the shortest.
extern int sample_exported_by_another_name(int) __attribute__((alias("sample_exported")));
extern int sample_short(int) __attribute__((weak, alias("sample_exported")));

static KEPT int sample_hidden(int value) { return value * 3 + sample_exported(value); }

void* sample_hidden_address() { return reinterpret_cast<void*>(&sample_hidden); }

// A label of no size, as in hand-written assembly.
asm(".text\n"
    ".type sample_sized, @function\n"
    "sample_sized:\n nop\n nop\n"
    ".size sample_sized, . - sample_sized\n"
    "sample_label:\n nop\n nop\n nop\n ret\n");
extern char sample_label_begin[] __attribute__((visibility("hidden")));
asm(".set sample_label_begin, sample_label\n");
void* sample_label_address() { return sample_label_begin; }
}

namespace sample {

template <typename T>
struct Box {
    T value;
    KEPT T take(int times) const { return value * times; }
};

template struct Box<long>;

}  // namespace sample

extern "C" long sample_take(long value) { return sample::Box<long>{value}.take(2); }

namespace sample {

// What debug info tells of functions that were inlined, each on lines of its own.
__attribute__((always_inline)) inline int innermost(int value) {
    asm volatile(".globl sample_inlined_place\nsample_inlined_place:\n nop" : "+r"(value));
    return value;
}

__attribute__((always_inline)) inline int between(int value) { return innermost(value) + 1; }

}  // namespace sample

extern "C" KEPT int sample_inlines(int value) { return sample::between(value) * 2; }

// A table as Python's extension modules have it; its function has no name of its own in a stripped library.
namespace {

struct MethodDefinition {
    const char* name;
    void* (*function)(void*, void*);
    int flags;
    const char* documentation;
};

KEPT void* method_body(void* self, void* arguments) { return self == arguments ? self : arguments; }
KEPT void* other_body(void* self, void* arguments) { return self != arguments ? self : arguments; }

}  // namespace

extern "C" {
// What looks alike at first: no identifier, flags that there are not, no function.
MethodDefinition sample_methods[] = {{"sample_method", method_body, 0x80 | 0x02, nullptr},
                                     {"not a name", other_body, 0x01, nullptr},
                                     {"wrong_flags", other_body, 0x10000, nullptr},
                                     {"no_function", nullptr, 0x01, nullptr},
                                     {nullptr, nullptr, 0, nullptr}};
void* sample_method_address() { return reinterpret_cast<void*>(&method_body); }
void* sample_other_address() { return reinterpret_cast<void*>(&other_body); }
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A small library to begin with where ELF objects are read: functions, an inlined one, a table of methods, a stub.
struct Method {
    const char* name;
    int (*function)(int);
    int flags;
    const char* text;
};

extern "C" int other(int);

namespace {

inline int twice(int value) { return 2 * other(value); }

}  // namespace

extern "C" int add(int a, int b) { return twice(a) + b; }

static int count(int value) { return value + add(value, 1); }

extern "C" Method methods[];
Method methods[] = {{"count", count, 1, "counts"}, {nullptr, nullptr, 0, nullptr}};

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Counts loops of known length with the room `counters`: prints turns, and the instructions and cycles counted
// meanwhile.
#include <cstdint>
#include <cstdio>

#include "counters/event.h"
#include "counters/opener.h"

extern "C" void counted_loop(std::uint64_t turns);

namespace {

using namespace ftscale::counters;

std::uint64_t counted(const Encoding& event, std::uint64_t turns) {
    const OpenEvent open(system_opener(), event, Side::UserOnly);
    open.start();
    const std::uint64_t before = open.read().value;
    counted_loop(turns);
    return open.read().value - before;
}

}  // namespace

int main() {
    for (const std::uint64_t turns : {1, 1'000, 1'000'000, 20'000'000}) {
        std::printf("%llu %llu %llu\n", static_cast<unsigned long long>(turns),
                    static_cast<unsigned long long>(counted(kInstructionsEvent, turns)),
                    static_cast<unsigned long long>(counted(kCyclesEvent, turns)));
    }
}

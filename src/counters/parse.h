// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "counters/event.h"

namespace ftscale::counters {

/// The event of this name: one of the kernel's as `perf` spells it ("LLC-load-misses", "cs"), one of the processor's
/// with its unit masks ("MEM_INST_RETIRED:LOCK_LOADS", with or without "skl::" before it), or a raw one ("r1cd"), each
/// also with ":u" for the user side only; in any case. Throws base::Error (usage) for any other name, with the nearest
/// ones.
Event parse_event(const std::string& name);

/// Lists of names separated by commas, each event once, in the order in which they are named. Throws like
/// parse_event(), and where a list names none.
std::vector<Event> parse_events(const std::vector<std::string>& lists);

}  // namespace ftscale::counters

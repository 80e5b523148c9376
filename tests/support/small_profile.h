// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A profile of one run at one thread and of two at two, by hand: what is in it is drawn in small_profile.cpp.
#pragma once

#include <string>
#include <vector>

#include "analysis/profile.h"

namespace ftscale::tests {

/// Names that break what is careless: one of each kind, each of a function of its own.
const std::vector<std::string>& odd_names();
/// As they have to come out of a format that can hold any text: with U+FFFD for what is not UTF-8.
std::vector<std::string> odd_names_in_utf8();

analysis::Profile small_profile();

/// One run at one thread that calls each of the odd names from `<module>`, 1 ms each with one sample, on a thread of an
/// odd name, and waits 1 ms there for a lock of an object of such a type.
analysis::Profile odd_profile();

/// One run at eight threads with as many samples and waits as asked for, over stacks as deep as programs have them.
analysis::Profile large_profile(std::size_t samples, std::size_t waits);

}  // namespace ftscale::tests

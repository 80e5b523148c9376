// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Why work takes more CPU time: more instructions, fewer of them per cycle, or fewer cycles per second.
#pragma once

#include <optional>

namespace ftscale::model {

/// CPU time and what was counted in it. seconds = instructions / (IPC x clock), where IPC = instructions / cycles and
/// clock = cycles / seconds.
struct Work {
    double seconds = 0;
    double instructions = 0;
    double cycles = 0;
};

/// Seconds; the parts sum to the growth.
struct WorkGrowth {
    double more_instructions_s = 0;
    double lower_ipc_s = 0;
    double lower_clock_s = 0;
    WorkGrowth& operator+=(const WorkGrowth& other);
    WorkGrowth& operator*=(double factor);
};

/// (a - b) / (ln a - ln b), a where they are equal. Needs both positive.
double logarithmic_mean(double a, double b);

/// The growth from `before` to `now` by the additive logarithmic mean Divisia index method (LMDI-I): each factor x has
/// the part L(now.seconds, before.seconds) ln(x now / x before), so nothing is left over and none goes first; Ang 2004,
/// "Decomposition analysis for policymaking in energy", and Ang 2005, "The LMDI approach to decomposition analysis: a
/// practical guide". Parts of several functions may be added up: the method is consistent in aggregation. Work that is
/// there on one side only counts as instructions, the method's limit as they go to 0 (Wood & Lenzen 2006). Absent where
/// there is time on a side but no count.
std::optional<WorkGrowth> split_growth(const Work& now, const Work& before);

}  // namespace ftscale::model

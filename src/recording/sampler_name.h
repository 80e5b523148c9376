// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include "ftscale/recording_format.h"

namespace ftscale::recording {

/// As in reports and for --sampler; empty for none.
inline const char* sampler_name(format::Sampler sampler) {
    switch (sampler) {
        case format::Sampler::Cycles:
            return "cycles";
        case format::Sampler::CpuClock:
            return "cpu-clock";
        case format::Sampler::CpuTimer:
            return "cpu-timer";
        case format::Sampler::None:
            break;
    }
    return "";
}

}  // namespace ftscale::recording

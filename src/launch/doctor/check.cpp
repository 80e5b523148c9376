// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/doctor/check.h"

namespace ftscale::launch {

const char* status_name(Status status) {
    switch (status) {
        case Status::Ok:
            return "ok";
        case Status::Limited:
            return "limited";
        case Status::Missing:
            break;
    }
    return "missing";
}

}  // namespace ftscale::launch

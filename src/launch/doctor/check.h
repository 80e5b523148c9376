// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The doctor: what can be measured on this machine, by this user, with this interpreter, and what to change to measure
// more. Facts are gathered by read_*() (below a root, so that tests can make up a machine) or by trying; check_*()
// judge them and are pure. Not for what a recording says of the machine it was made on: that is launch/machine.h.
#pragma once

#include <string>
#include <vector>

namespace ftscale::launch {

enum class Status {
    Ok,
    Limited,  // works, but less well than it could, or it bends the curve
    Missing,  // does not work, or cannot be seen
};

/// "ok", "limited", "missing".
const char* status_name(Status status);

/// The doctor's word on one subject.
struct Check {
    std::string subject;
    Status status = Status::Ok;
    std::string meaning;  // for a profile, in one sentence
    std::string command;  // what improves it, to be copied as it is; empty where nothing does or need be done
};

struct CheckSection {
    std::string title;
    std::vector<Check> checks;
};

}  // namespace ftscale::launch

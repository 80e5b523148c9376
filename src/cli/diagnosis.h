// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "launch/doctor/check.h"
#include "launch/doctor/verdict.h"
#include "recording/manifest.h"
#include "report/text.h"

namespace ftscale::cli {

/// All that the doctor found.
struct Diagnosis {
    recording::Machine machine;
    std::optional<recording::Interpreter> interpreter;
    std::vector<launch::CheckSection> sections;
    std::vector<launch::Ladder> ladders;  // empty where no trial was made
    bool is_possible = false;
    std::string obstacle;  // why it is not
};

/// For a person at a terminal. Commands stand on lines of their own, never wrapped.
void write_diagnosis(const Diagnosis& diagnosis, std::ostream& out, const report::TextOptions& options);

/// For bug reports and programs: {"schema": "ftscale.doctor/1", ...}, as in ftscale-doctor(1).
void write_diagnosis_json(const Diagnosis& diagnosis, std::ostream& out);

}  // namespace ftscale::cli

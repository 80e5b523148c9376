// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The sections of the text report, in the order they stand on the page; each in a file of its own. A section that has
// nothing to say writes nothing.
#pragma once

#include <string>

#include "analysis/analysis.h"
#include "report/page.h"

namespace ftscale::report {

using analysis::Amounts;
using analysis::Analysis;
using analysis::RunResult;

/// The run that is explained in detail: the largest thread count. Null when nothing was measured.
const RunResult* explained_run(const Analysis& analysis);
/// Whether losses exist: a run beside the baseline.
bool has_losses(const Analysis& analysis);

/// The script, the interpreter, the machine, the sweep.
void write_headline(const Analysis& analysis, Page& page);

/// "2 threads run 1.31x as fast as one: 0.69 of 2 cores are lost, most of it to a lock."
std::string verdict_sentence(const Analysis& analysis);
/// The sentence, and the warnings without which it would mislead (the GIL is on, runs failed).
void write_verdict(const Analysis& analysis, Page& page);
bool belongs_to_verdict(const analysis::Warning& warning);

/// "2 processes reach 1.95x: the machine could, ...; with the GIL on 2 threads reach 0.99x: ..."; about the largest
/// thread count explained. Empty where no control has anything to say.
std::string control_sentence(const analysis::RegionResult& region);
/// Null where the control has no figure at this thread count.
const analysis::ControlPoint* find_control(const analysis::RegionResult& region, const std::string& name, int threads);

/// What is said where no finding is.
const char* no_findings_sentence(const analysis::Point& point);
void write_findings(const Analysis& analysis, Page& page);
void write_curve(const Analysis& analysis, Page& page);
void write_regions(const Analysis& analysis, Page& page);
/// Lost cores by category and thread count; useful + lost = threads, in the printed digits, too.
void write_ledger(const Analysis& analysis, Page& page);
/// The POP efficiencies by thread count.
void write_efficiencies(const Analysis& analysis, Page& page);
/// Python functions by lost cores, then the native functions they worked in.
void write_functions(const Analysis& analysis, Page& page);
void write_locks(const Analysis& analysis, Page& page);
/// The objects whose reference counts were fought over, and where they were counted.
void write_objects(const Analysis& analysis, Page& page);
/// Who stopped the world, why and for how long; garbage collections and what triggered them.
void write_pauses(const Analysis& analysis, Page& page);
/// What was counted, by function and by thread.
void write_counters(const Analysis& analysis, Page& page);
void write_threads(const Analysis& analysis, Page& page);
/// Where each figure comes from, what was dropped, what the probe cost; all other warnings.
void write_measurement(const Analysis& analysis, Page& page);

}  // namespace ftscale::report

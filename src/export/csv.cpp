// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/csv.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "export/text.h"

namespace ftscale::exports {
namespace {

using account::Category;
using analysis::Function;
using analysis::RunResult;

/// In quotes where it has to be. Spreadsheets take what begins so for a formula and compute it: an apostrophe keeps it
/// a text (OWASP, "CSV Injection").
std::string field(const std::string& name) {
    const bool is_formula = !name.empty() && std::string_view("=+-@\t\r").find(name.front()) != std::string::npos;
    const std::string text = (is_formula ? "'" : "") + valid_utf8(name);
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

void write_function(const RunResult& run, const Function& function, std::ostream& out) {
    const std::string line = function.place.line > 0 ? std::to_string(function.place.line) : std::string();
    for (const Category category : account::kAllCategories) {
        const double ledger_s = function.self[category], loss_s = function.loss[category];
        if (ledger_s == 0 && loss_s == 0) continue;
        const double lost_cores = run.capacity_s > 0 ? run.threads * loss_s / run.capacity_s : 0;
        fmt::print(out, "{},{},{},{},{},{},{:.9f},{:.9f},{:.6f}\r\n", run.threads, account::category_name(category),
                   field(function.place.function), field(function.place.file), line,
                   function.place.native ? "native" : "python", ledger_s, loss_s, lost_cores);
    }
}

}  // namespace

void write_csv(const analysis::Analysis& analysis, int threads, std::ostream& out) {
    fmt::print(out, "threads,category,function,file,line,language,ledger_s,loss_s,lost_cores\r\n");
    for (const RunResult& run : analysis.whole.runs) {
        if (threads != 0 && run.threads != threads) continue;
        for (const Function& function : run.functions)
            // Other native rows repeat the time of the Python functions they worked for.
            if (!function.place.native || function.outside_python) write_function(run, function, out);
    }
}

void check_csv_threads(const analysis::Analysis& analysis, int threads) {
    std::vector<int> counts;
    for (const RunResult& run : analysis.whole.runs) counts.push_back(run.threads);
    if (counts.empty())
        throw base::Error("the recording holds nothing to export", "ftscale report says what went wrong");
    if (threads != 0 && std::find(counts.begin(), counts.end(), threads) == counts.end())
        throw base::Error(fmt::format("--threads: the recording has no run at {} threads", threads),
                          fmt::format("it has: {}", fmt::join(counts, ", ")), base::ExitCode::Usage);
}

}  // namespace ftscale::exports

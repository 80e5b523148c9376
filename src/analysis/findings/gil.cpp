// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <string>

#include "analysis/findings/findings.h"
#include "analysis/places.h"

namespace ftscale::analysis {
namespace {

using account::Category;

std::string module_text(const Gil& gil) {
    constexpr std::size_t kMost = 3;
    std::string text;
    for (std::size_t i = 0; i < gil.modules.size() && i < kMost; ++i) text += (i == 0 ? "" : ", ") + gil.modules[i];
    return gil.modules.size() > kMost ? text + fmt::format(" and {} more", gil.modules.size() - kMost) : text;
}

std::string title_of(const Gil& gil, double lost_cores) {
    if (gil.on_at_start)
        return fmt::format("the GIL is on from the start: threads wait {:.2f} cores for it", lost_cores);
    if (gil.on_at_end && !gil.modules.empty())
        return fmt::format("the GIL was switched on by importing {}: threads wait {:.2f} cores for it",
                           gil.modules.front(), lost_cores);
    if (gil.on_at_end)
        return fmt::format("the GIL was switched on while the script ran: threads wait {:.2f} cores for it",
                           lost_cores);
    return fmt::format("the GIL is on for moments: threads wait {:.2f} cores for it", lost_cores);
}

std::string advice_for(const Gil& gil) {
    if (gil.on_at_start) return "Run without PYTHON_GIL=1 and -X gil=1.";
    if (gil.on_at_end)
        return "Upgrade the module to a version that declares free-threading support, or, if you know it to be safe, "
               "keep the GIL off with PYTHON_GIL=0 or -X gil=0. All other findings mean little until then.";
    return "Each import of an extension module switches the GIL on until it is through: import before the threads "
           "start.";
}

std::string holder_text(const RunResult& run) {
    for (const Lock& lock : run.locks)
        if (lock.kind == account::LockKind::Gil && !lock.holders.empty())
            return "held by " + place_text(lock.holders.front().place);
    return {};
}

}  // namespace

std::vector<Finding> gil_findings(const Evidence& evidence) {
    const double lost_cores = evidence.lost_cores(Category::Gil);
    if (lost_cores < kSmallestFinding) return {};
    const Gil& gil = evidence.measurement.gil;
    Finding finding;
    finding.rule = "gil";
    finding.lost_cores = lost_cores;
    finding.uncertainty_cores = uncertainty_cores(evidence, Category::Gil);
    finding.title = title_of(gil, lost_cores);
    finding.evidence.push_back(ledger_text(evidence, Category::Gil));
    if (gil.on_at_end && !gil.on_at_start && gil.modules.size() > 1)
        finding.evidence.push_back("extension modules that need it: " + module_text(gil));
    if (std::string shares = share_text(evidence, Category::Gil, false); !shares.empty())
        finding.evidence.push_back("waited: " + shares);
    if (std::string holder = holder_text(evidence.run); !holder.empty()) finding.evidence.push_back(holder);
    finding.advice = advice_for(gil);
    return {finding};
}

}  // namespace ftscale::analysis

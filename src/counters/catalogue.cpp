// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/catalogue.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <cctype>

#include "counters/event_library.h"
#include "counters/generic_events.h"

namespace ftscale::counters {
namespace {

bool same_name(const std::string& left, const std::string& right) {
    return strcasecmp(left.c_str(), right.c_str()) == 0;
}

/// "Branch  load accesses" -> "Branch load accesses"
std::string single_spaced(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        const bool is_blank = std::isspace(static_cast<unsigned char>(letter)) != 0;
        if (!is_blank) {
            result += letter;
        } else if (!result.empty() && result.back() != ' ') {
            result += ' ';
        }
    }
    if (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

/// Other names, shorter than the kernel's constants, that libpfm4 has for what `encoding` counts.
std::vector<std::string> other_names(const std::string& name, const Encoding& encoding,
                                     const std::vector<LibraryEvent>& kernel_events) {
    std::vector<std::string> others;
    for (const LibraryEvent& event : kernel_events) {
        if (event.equivalent.empty() || same_name(event.name, name)) continue;
        const Translation translation = translate("perf::" + event.name);
        if (translation.status == Translation::Status::Ok && translation.encoding == encoding)
            others.push_back(perf_spelling(event.name));
    }
    return others;
}

CatalogueSection generic_section(const std::string& title, std::uint32_t type,
                                 const std::vector<LibraryEvent>& kernel_events) {
    CatalogueSection section{title, {}};
    for (const GenericEvent& event : generic_events()) {
        if (event.encoding.type != type) continue;
        section.entries.push_back(
            {event.name, other_names(event.name, event.encoding, kernel_events), event.description, event.encoding});
    }
    return section;
}

CatalogueSection cache_section(const std::vector<LibraryEvent>& kernel_events) {
    CatalogueSection section{"Cache events of the kernel", {}};
    for (const LibraryEvent& event : kernel_events) {
        if (event.equivalent.find("_CACHE_") == std::string::npos || event.equivalent.find(':') == std::string::npos)
            continue;
        const Translation translation = translate("perf::" + event.name);
        if (translation.status != Translation::Status::Ok) continue;
        section.entries.push_back(
            {perf_spelling(event.name), {}, single_spaced(event.description), translation.encoding});
    }
    return section;
}

void add_entry(CatalogueSection& section, const Pmu& pmu, const std::string& name, const std::string& description) {
    const Translation translation = translate(pmu.name + "::" + name);
    if (translation.status == Translation::Status::Ok)
        section.entries.push_back({name, {}, single_spaced(description), translation.encoding});
}

CatalogueSection pmu_section(const Pmu& pmu) {
    CatalogueSection section{fmt::format("{} ({})", pmu.description, pmu.name), {}, pmu.name};
    for (const LibraryEvent& event : events_of(pmu)) {
        if (event.unit_masks.empty()) add_entry(section, pmu, event.name, event.description);
        for (const UnitMask& mask : event.unit_masks) {
            const bool says_nothing = mask.description.empty() || mask.description == "TBD";
            const std::string what = says_nothing ? mask.name : mask.description;
            add_entry(section, pmu, event.name + ":" + mask.name, event.description + ": " + what);
        }
    }
    return section;
}

}  // namespace

std::vector<CatalogueSection> catalogue() {
    const Pmu* kernel = find_pmu("perf");
    const std::vector<LibraryEvent> kernel_events =
        kernel != nullptr ? events_of(*kernel) : std::vector<LibraryEvent>();
    std::vector<CatalogueSection> sections = {generic_section("Software events", kSoftware, kernel_events),
                                              generic_section("Hardware events", kHardware, kernel_events),
                                              cache_section(kernel_events)};
    for (const Pmu& pmu : known_pmus()) {
        if (pmu.is_present && pmu.kind == Pmu::Kind::Core) sections.push_back(pmu_section(pmu));
    }
    std::erase_if(sections, [](const CatalogueSection& section) { return section.entries.empty(); });
    return sections;
}

std::vector<std::string> names_in(const std::vector<CatalogueSection>& sections) {
    std::vector<std::string> names;
    for (const CatalogueSection& section : sections) {
        for (const CatalogueEntry& entry : section.entries) {
            names.push_back(entry.name);
            names.insert(names.end(), entry.aliases.begin(), entry.aliases.end());
        }
    }
    return names;
}

std::string perf_spelling(const std::string& name) {
    std::string result = name;
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    for (const char* prefix : {"LLC-", "L1-", "dTLB-", "iTLB-"}) {
        const std::string proper = prefix;
        if (strncasecmp(result.c_str(), prefix, proper.size()) == 0) result.replace(0, proper.size(), proper);
    }
    return result;
}

}  // namespace ftscale::counters

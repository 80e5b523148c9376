// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/parse.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <strings.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>

#include "base/error.h"
#include "counters/catalogue.h"
#include "counters/default_events.h"
#include "counters/event_library.h"
#include "counters/generic_events.h"
#include "counters/nearest.h"

namespace ftscale::counters {
namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
    throw base::Error(message, hint, base::ExitCode::Usage);
}

/// A name taken apart: "skl::MEM_INST_RETIRED:LOCK_LOADS:u".
struct Parts {
    std::string pmu;    // "skl", may be empty
    std::string event;  // "MEM_INST_RETIRED"
    std::vector<std::string> attributes;

    std::string whole_event() const { return pmu.empty() ? event : pmu + "::" + event; }
};

Parts take_apart(const std::string& name) {
    Parts parts;
    const std::size_t pmu_end = name.find("::");
    const std::size_t start = pmu_end == std::string::npos ? 0 : pmu_end + 2;
    if (pmu_end != std::string::npos) parts.pmu = name.substr(0, pmu_end);
    std::size_t end = name.find_first_of(":.", start);
    parts.event = name.substr(start, end - start);
    while (end != std::string::npos) {
        const std::size_t next = name.find_first_of(":.", end + 1);
        parts.attributes.push_back(name.substr(end + 1, next - end - 1));
        end = next;
    }
    return parts;
}

[[noreturn]] void refuse_pmu(const Parts& parts) {
    std::vector<std::string> known;
    for (const Pmu& pmu : known_pmus()) known.push_back(pmu.name);
    const std::vector<std::string> nearest = nearest_names(parts.pmu, known);
    refuse(fmt::format("there is no PMU '{}'", parts.pmu),
           nearest.empty() ? "see ftscale events"
                           : fmt::format("did you mean {}? See ftscale events", fmt::join(nearest, ", ")));
}

[[noreturn]] void refuse_event(const std::string& name, const Parts& parts) {
    const Pmu* pmu = parts.pmu.empty() ? nullptr : find_pmu(parts.pmu);
    if (!parts.pmu.empty() && pmu == nullptr) refuse_pmu(parts);
    std::vector<std::string> known;
    if (pmu == nullptr) {
        known = names_in(catalogue());
    } else {
        for (const LibraryEvent& event : events_of(*pmu)) known.push_back(pmu->name + "::" + event.name);
    }
    // What was meant may have unit masks that are no part of a name in the catalogue.
    std::vector<std::string> nearest = nearest_names(name, known);
    if (nearest.empty()) nearest = nearest_names(parts.whole_event(), known);
    refuse(fmt::format("there is no event '{}'", name),
           nearest.empty() ? "see ftscale events"
                           : fmt::format("did you mean {}? See ftscale events", fmt::join(nearest, ", ")));
}

bool is_one_of(const std::string& attribute, const std::vector<UnitMask>& masks) {
    return std::any_of(masks.begin(), masks.end(),
                       [&](const UnitMask& mask) { return strcasecmp(mask.name.c_str(), attribute.c_str()) == 0; });
}

/// The first attribute that is none of the event's unit masks; modifiers have '=' or one letter.
std::optional<std::string> wrong_attribute(const Parts& parts, const std::vector<UnitMask>& masks) {
    for (const std::string& attribute : parts.attributes) {
        const bool is_modifier = attribute == "u" || attribute == "k" || attribute.find('=') != std::string::npos;
        if (!is_modifier && !is_one_of(attribute, masks)) return attribute;
    }
    return std::nullopt;
}

std::string list_masks(const Parts& parts, const std::vector<UnitMask>& masks) {
    constexpr std::size_t kMost = 12;  // some events have a hundred
    std::vector<std::string> names;
    for (const UnitMask& mask : masks) names.push_back(mask.name);
    const bool has_more = names.size() > kMost;
    if (has_more) names.resize(kMost);
    return fmt::format("there are {}{}; see ftscale events {}", fmt::join(names, ", "), has_more ? ", ..." : "",
                       parts.event);
}

[[noreturn]] void refuse_attribute(const std::string& name, const Parts& parts, const std::string& problem) {
    const auto event = find_event(parts.whole_event());
    if (!event) refuse(fmt::format("event '{}': {}", name, problem), "see ftscale events");
    const auto wrong = wrong_attribute(parts, event->unit_masks);
    if (event->unit_masks.empty()) {
        refuse(fmt::format("event '{}': {} takes no '{}'", name, parts.event, wrong.value_or("")),
               "the one modifier there is: :u counts what a thread does outside of the kernel");
    }
    if (!wrong) refuse(fmt::format("event '{}': {}", name, problem), list_masks(parts, event->unit_masks));
    refuse(fmt::format("event '{}': {} has no unit mask '{}'", name, parts.event, *wrong),
           list_masks(parts, event->unit_masks));
}

const GenericEvent* find_generic(const Encoding& encoding) {
    for (const GenericEvent& event : generic_events()) {
        if (event.encoding == encoding) return &event;
    }
    return nullptr;
}

/// The kernel's events that libpfm4 has no name for.
std::optional<Event> find_unnamed(const std::string& name, const Parts& parts) {
    const bool user_only = parts.attributes == std::vector<std::string>{"u"};
    if (!parts.pmu.empty() || (!parts.attributes.empty() && !user_only)) return std::nullopt;
    for (const GenericEvent& generic : generic_events()) {
        if (strcasecmp(generic.name.c_str(), parts.event.c_str()) != 0) continue;
        return Event{name, generic.name, generic.description, generic.encoding, Role::None, user_only, {}};
    }
    return std::nullopt;
}

std::string describe(const Translation& translation, const Parts& parts) {
    if (const GenericEvent* generic = find_generic(translation.encoding)) return generic->description;
    std::string description = translation.event.description;
    for (const UnitMask& mask : translation.event.unit_masks) {
        const auto is_it = [&](const std::string& text) { return strcasecmp(text.c_str(), mask.name.c_str()) == 0; };
        if (std::any_of(parts.attributes.begin(), parts.attributes.end(), is_it))
            description += "; " + mask.description;
    }
    return description;
}

std::string why_not_here(const std::string& pmu_name) {
    const Pmu* pmu = find_pmu(pmu_name);
    if (pmu == nullptr) return {};
    if (pmu->kind == Pmu::Kind::Other) return "it counts for the whole processor, not for a thread";
    if (pmu->is_present) return {};
    return fmt::format("it is {}'s ({}), and this machine has another processor", pmu->description, pmu->name);
}

/// What stands between commas, without blanks around it and without what is empty.
std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> words;
    std::istringstream stream(list);
    for (std::string word; std::getline(stream, word, ',');) {
        const std::size_t first = word.find_first_not_of(" \t\n");
        if (first == std::string::npos) continue;
        words.push_back(word.substr(first, word.find_last_not_of(" \t\n") - first + 1));
    }
    return words;
}

}  // namespace

Event parse_event(const std::string& name) {
    const Parts parts = take_apart(name);
    const Translation translation = translate(name);
    if (translation.status == Translation::Status::UnknownEvent) {
        if (auto event = find_unnamed(name, parts)) return *event;
        refuse_event(name, parts);
    }
    if (translation.status == Translation::Status::Unusable)
        refuse(fmt::format("event '{}': {}", name, translation.problem), "see ftscale events");
    if (translation.status != Translation::Status::Ok) refuse_attribute(name, parts, translation.problem);
    if (translation.excludes_user) {
        refuse(fmt::format("event '{}': the kernel's part is not counted apart", name),
               "count the event as it is and once more with :u; the difference is the kernel's");
    }
    Event event;
    event.name = name;
    event.full_name = translation.full_name;
    event.description = describe(translation, parts);
    event.encoding = translation.encoding;
    event.role = role_of(event.encoding);
    event.user_only = translation.excludes_kernel;
    event.not_here = why_not_here(translation.pmu);
    return event;
}

std::vector<Event> parse_events(const std::vector<std::string>& lists) {
    std::vector<Event> events;
    for (const std::string& list : lists) {
        const std::vector<std::string> names = split(list);
        if (names.empty()) refuse("--events: no event is named", "as in -e cycles,page-faults; see ftscale events");
        for (const std::string& name : names) {
            Event event = parse_event(name);
            const auto is_same = [&](const Event& other) {
                return other.encoding == event.encoding && other.user_only == event.user_only;
            };
            if (std::none_of(events.begin(), events.end(), is_same)) events.push_back(std::move(event));
        }
    }
    return events;
}

}  // namespace ftscale::counters

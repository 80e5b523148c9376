// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/serial.h"

#include <algorithm>
#include <optional>

#include "analysis/places.h"

namespace ftscale::analysis {
namespace {

using account::Category;
using recording::StackId;

/// The Python functions of a stack, outermost first, each at the line it has reached.
struct Way {
    std::vector<Place> places;          // without the standard library's plumbing and decorators' wrappers
    std::optional<Place> innermost;     // of all
    std::optional<std::size_t> import;  // the place of the outermost import statement
    double seconds = 0;
};

bool loads_module(const symbols::FrameName& name) {
    return name.function == "_find_and_load" && name.file.starts_with("<frozen importlib.");
}

bool is_plumbing(const symbols::FrameName& name) {
    const account::FrameRole role = account::role_of(name);
    return role == account::FrameRole::Plumbing || role == account::FrameRole::Joins ||
           role == account::FrameRole::WaitsForWork || name.file == "<frozen runpy>";
}

/// Decorators call what they wrap by functions that all look alike.
bool is_wrapper(const symbols::FrameName& name) {
    return name.function.ends_with("<locals>.wrapper") || name.function.ends_with("<locals>.inner") ||
           name.function.ends_with("<locals>.wrapped");
}

Way way_of(StackId stack, double seconds, const account::Sites& sites) {
    Way way;
    way.seconds = seconds;
    std::size_t inside_import = 0;  // places counted from the inside
    bool imports = false;
    for (StackId node = stack; node != StackId::Empty; node = sites.stacks().node(node).parent) {
        const symbols::FrameName& name = sites.name_at(node);
        if (!name.python) continue;
        if (!way.innermost) way.innermost = Place{name.function, name.file, name.line, false};
        if (loads_module(name)) {
            imports = true;
            inside_import = way.places.size();
        } else if (!is_plumbing(name) && !is_wrapper(name)) {
            way.places.push_back({name.function, name.file, name.line, false});
        }
    }
    if (imports && inside_import < way.places.size()) way.import = way.places.size() - 1 - inside_import;
    std::reverse(way.places.begin(), way.places.end());
    return way;
}

std::vector<PlaceTime> longest_first(const std::map<Place, double>& seconds) {
    std::vector<PlaceTime> rows;
    for (const auto& [place, time] : seconds) rows.push_back({place, time});
    std::sort(rows.begin(), rows.end(), [](const PlaceTime& a, const PlaceTime& b) { return a.seconds > b.seconds; });
    return rows;
}

bool same_function(const Place& a, const Place& b) { return a.function == b.function && a.file == b.file; }

/// A row per function, at the line that comes first.
std::vector<PlaceTime> by_function(const std::vector<PlaceTime>& lines) {
    std::vector<PlaceTime> rows;
    for (const PlaceTime& line : lines) {
        const auto known = std::find_if(rows.begin(), rows.end(),
                                        [&line](const PlaceTime& row) { return same_function(row.place, line.place); });
        if (known == rows.end())
            rows.push_back(line);
        else
            known->seconds += line.seconds;
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const PlaceTime& a, const PlaceTime& b) { return a.seconds > b.seconds; });
    return rows;
}

using Ways = std::vector<const Way*>;

double seconds_of(const Ways& ways) {
    double sum = 0;
    for (const Way* way : ways) sum += way->seconds;
    return sum;
}

/// The place at this depth that most of the ways' time goes through.
std::optional<Place> main_place(const Ways& ways, std::size_t depth) {
    std::map<Place, double> seconds;
    for (const Way* way : ways)
        if (depth < way->places.size()) seconds[way->places[depth]] += way->seconds;
    const auto most = std::max_element(seconds.begin(), seconds.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == seconds.end() ? std::nullopt : std::optional(most->first);
}

/// From outside in, as long as most of the whole goes one way.
std::vector<Place> main_path(Ways ways) {
    constexpr double kMost = 0.5;
    const double needed = kMost * seconds_of(ways);
    std::vector<Place> path;
    for (std::size_t depth = 0; needed > 0; ++depth) {
        const std::optional<Place> place = main_place(ways, depth);
        if (!place) break;
        std::erase_if(ways, [&](const Way* way) {
            return depth >= way->places.size() || !same_function(way->places[depth], *place);
        });
        if (seconds_of(ways) < needed) break;
        path.push_back(*place);
    }
    return path;
}

/// Of functions of one file that call each other the last.
std::vector<Place> by_file(const std::vector<Place>& path) {
    std::vector<Place> shown;
    for (const Place& place : path) {
        if (!shown.empty() && shown.back().file == place.file) shown.pop_back();
        shown.push_back(place);
    }
    return shown;
}

/// The native function is the innermost's: where what blocked is the standard library's, it says nothing more.
std::vector<IdleTime> waits_by_place(const std::map<StackId, double>& seconds, const Places& places) {
    std::map<std::pair<Place, std::string>, double> by_place;
    for (const auto& [stack, time] : seconds) {
        const Location& location = places.locate(stack, Category::Starved);
        const bool is_native = location.native && !is_plumbing_module(location.native->place.file);
        by_place[{places.wait_place(stack), is_native ? location.native->place.function : ""}] += time;
    }
    std::vector<IdleTime> rows;
    for (const auto& [where, time] : by_place) rows.push_back({where.first, where.second, time});
    std::stable_sort(rows.begin(), rows.end(),
                     [](const IdleTime& a, const IdleTime& b) { return a.seconds > b.seconds; });
    return rows;
}

}  // namespace

void SerialCosts::add(const account::Ledger& ledger, double factor) {
    for (const account::Charge& charge : ledger.charges)
        if (charge.category == Category::Serial) seconds_[charge.stack] += factor * charge.seconds;
    for (const account::Idle& idle : ledger.idle) {
        if (idle.bystander)
            bystanding_s_ += factor * idle.seconds;
        else
            waiting_[idle.stack] += factor * idle.seconds;
    }
}

SerialTime SerialCosts::summary(const Places& places) const {
    std::vector<Way> ways;
    for (const auto& [stack, seconds] : seconds_) ways.push_back(way_of(stack, seconds, places.sites()));
    SerialTime time;
    time.waiting = waits_by_place(waiting_, places);
    time.through_s = bystanding_s_;
    std::map<Place, double> imports, lines;
    Ways others;
    for (const Way& way : ways) {
        if (way.import) {
            imports[way.places[*way.import]] += way.seconds;
            time.imports_s += way.seconds;
        } else {
            others.push_back(&way);
            if (way.innermost) lines[*way.innermost] += way.seconds;
        }
    }
    time.import_statements = longest_first(imports);
    time.functions = by_function(longest_first(lines));
    time.path = by_file(main_path(std::move(others)));
    return time;
}

std::string path_text(const std::vector<Place>& path) {
    constexpr std::size_t kFirst = 3, kLast = 2;
    std::string text;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const bool in_the_middle = i >= kFirst && i + kLast < path.size();
        if (in_the_middle && i > kFirst) continue;
        text += (i == 0 ? "" : " > ") + (in_the_middle ? "..." : place_text(path[i]));
    }
    return text;
}

}  // namespace ftscale::analysis

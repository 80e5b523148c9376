// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "html/page.h"

#include <set>
#include <string_view>

#include "base/error.h"
#include "html/page_data.h"
#include "html/template.h"

namespace ftscale::html {
namespace {

/// Where the data belongs; the text before the placeholder is part of the place.
constexpr std::string_view kPlace = "id=\"ftscale-data\">";
constexpr std::string_view kPlaceholder = "null";

void write_with(const std::string& data, std::ostream& out) {
    const std::string_view page = page_template();
    const std::size_t at = page.find(kPlace) + kPlace.size();
    out << page.substr(0, at) << data << page.substr(at + kPlaceholder.size());
}

}  // namespace

void check_template() {
    if (page_template().empty())
        throw base::Error("this ftscale was built without its HTML page",
                          "install Node.js 18 or newer with npm, and build it again; other formats need neither");
}

void write_page(const analysis::Analysis& analysis, const analysis::Profile& profile, std::ostream& out) {
    check_template();
    std::set<int> explained;
    for (const analysis::RunResult& run : analysis.whole.runs) explained.insert(run.threads);
    const Flames flames = make_flames(profile, {.threads = explained});
    write_with(page_data(&analysis, profile, flames, make_timelines(profile, explained)), out);
}

void write_flame_page(const analysis::Profile& profile, const Flames& flames, std::ostream& out) {
    check_template();
    write_with(page_data(nullptr, profile, flames, {}), out);
}

}  // namespace ftscale::html

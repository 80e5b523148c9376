// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "html/page_data.h"

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/error.h"
#include "html/page.h"
#include "html/template.h"
#include "report/json.h"
#include "support/catch.h"
#include "support/small_profile.h"

namespace ftscale::tests {
namespace {

using analysis::Profile;
using nlohmann::json;

std::string data_text(const Profile& profile, const analysis::Analysis* analysis = nullptr) {
    std::set<int> counts;
    for (const analysis::RunProfile& run : profile.runs) counts.insert(run.threads);
    return html::page_data(analysis, profile, html::make_flames(profile), html::make_timelines(profile, counts));
}

/// A table is columns of one length.
std::size_t length(const json& columns) {
    const std::size_t rows = columns.begin()->size();
    for (const auto& [name, column] : columns.items()) CHECK(column.size() == rows);
    return rows;
}

TEST_CASE("the data is one JSON document of equally long columns") {
    const json data = json::parse(data_text(small_profile()));
    CHECK(data.at("schema") == "ftscale.page/1");
    CHECK(data.at("title") == "app.py {threads} \u00b7 CPython 3.14.0");
    CHECK(data.at("report").is_null());
    CHECK(data.at("categories").size() == account::kCategoryCount);
    const json& flames = data.at("flames");
    const std::size_t nodes = length(flames.at("nodes"));
    CHECK(nodes == 5);
    CHECK(flames.at("nodes").at("function").at(0) == -1);
    for (const json& view : flames.at("views")) length(view.at("own"));
    REQUIRE(data.at("timelines").size() == 2);
    for (const json& timeline : data.at("timelines")) {
        length(timeline.at("pauses"));
        for (const json& row : timeline.at("rows")) length(row.at("slices"));
    }
}

TEST_CASE("a wait in the timeline names its lock, who ended it and where") {
    const json data = json::parse(data_text(small_profile()));
    const json& slices = data.at("timelines").at(1).at("rows").at(0).at("slices");
    REQUIRE(length(slices) == 3);
    CHECK(slices.at("begin_us").at(1) == 20'000);
    CHECK(slices.at("end_us").at(1) == 50'000);
    CHECK(data.at("categories").at(slices.at("category").at(1).get<std::size_t>()).at("name") == "lock_wait");
    CHECK(data.at("flames").at("locks").at(slices.at("lock").at(1).get<std::size_t>()).at("type") == "list");
    CHECK(slices.at("held_by").at(1) == 1);
    CHECK(slices.at("held_until_us").at(1) == 50000);
    const auto function_at = [&](const json& node) {
        const json& flames = data.at("flames");
        const auto function = flames.at("nodes").at("function").at(node.get<std::size_t>()).get<std::size_t>();
        return flames.at("functions").at(function).at("name");
    };
    CHECK(function_at(slices.at("node").at(1)) == "list_append");
    CHECK(function_at(slices.at("holder").at(1)) == "collect");
}

TEST_CASE("the report is inside as it is") {
    const analysis::Analysis analysis{};
    std::ostringstream report;
    report::write_json(analysis, report);
    const json data = json::parse(data_text(small_profile(), &analysis));
    CHECK(data.at("report") == json::parse(report.str()));
}

TEST_CASE("no name can end the script element it stands in, and all come out again") {
    const std::string text = data_text(odd_profile());
    CHECK(text.find('<') == std::string::npos);
    const json data = json::parse(text);
    std::set<std::string> names;
    for (const json& function : data.at("flames").at("functions")) names.insert(function.at("name").get<std::string>());
    for (const std::string& name : odd_names_in_utf8()) CHECK(names.contains(name));
}

TEST_CASE("the page is the template with the data in its place") {
    if (html::page_template().empty()) {
        CHECK_THROWS_AS(html::check_template(), base::Error);
        return;
    }
    const Profile profile = odd_profile();
    const html::Flames flames = html::make_flames(profile);
    std::ostringstream page;
    html::write_flame_page(profile, flames, page);
    const std::string data = html::page_data(nullptr, profile, flames, {});
    CHECK(page.str().find("id=\"ftscale-data\">" + data + "</script>") != std::string::npos);
    CHECK(page.str().size() == html::page_template().size() - 4 + data.size());
}

}  // namespace
}  // namespace ftscale::tests

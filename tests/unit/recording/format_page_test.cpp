// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// man/ftscale-recording.5 against the headers it describes, so that they cannot drift apart.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "ftscale/recording_file.h"
#include "ftscale/recording_format.h"
#include "support/catch.h"

using namespace ftscale;

namespace {

std::string text_of(const std::string& path) {
    std::ifstream file(std::string(FTSCALE_SOURCE_DIR) + "/" + path);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Without troff's hyphens, and on one line.
std::string plain(const std::string& troff) {
    std::string text;
    for (std::size_t i = 0; i < troff.size(); ++i) {
        if (troff.compare(i, 2, "\\-") == 0) ++i;
        text += troff[i] == '\n' ? ' ' : troff[i];
    }
    return text;
}

/// Runs of letters, digits and underscores.
std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> found(1);
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_')
            found.back() += c;
        else if (!found.back().empty())
            found.emplace_back();
    }
    return found;
}

/// Name and number of each enumerator.
std::vector<std::pair<std::string, std::string>> enumerators(const std::string& header, const std::string& name) {
    const std::size_t begin = header.find('{', header.find("enum class " + name + " "));
    REQUIRE(begin != std::string::npos);
    std::istringstream body(header.substr(begin + 1, header.find('}', begin) - begin - 1));
    std::vector<std::pair<std::string, std::string>> found;
    for (std::string token, before, name_before; body >> token; name_before = before, before = token) {
        if (before == "=" && !name_before.empty()) found.emplace_back(name_before, token.substr(0, token.find(',')));
    }
    return found;
}

}  // namespace

TEST_CASE("every type of record is in the format's man page, by name and number") {
    const std::string page = plain(text_of("man/ftscale-recording.5"));
    const auto records = enumerators(text_of("include/ftscale/recording_format.h"), "RecordType");
    REQUIRE_FALSE(records.empty());
    CHECK(records.back().second == std::to_string(static_cast<int>(format::RecordType::Thinning)));
    for (const auto& [name, number] : records)
        CHECK_THAT(page, ContainsSubstring(fmt::format("{}\" ({})", name, number)) ||
                             ContainsSubstring(fmt::format("{} \" ({})", name, number)));
}

TEST_CASE("every type of section is in the format's man page") {
    const std::string page = plain(text_of("man/ftscale-recording.5"));
    for (const auto& [name, number] : enumerators(text_of("include/ftscale/recording_file.h"), "SectionType"))
        CHECK_THAT(page, ContainsSubstring(fmt::format("{} {}", number, name)));
}

TEST_CASE("the format's man page is of the versions that are written") {
    const std::string page = plain(text_of("man/ftscale-recording.5"));
    CHECK_THAT(page, ContainsSubstring(fmt::format("file version {} and stream version {}", format::kFileVersion,
                                                   format::kStreamVersion)));
    CHECK_THAT(page, ContainsSubstring(fmt::format("0x{:08x}", format::kChunkMagic)));
    CHECK_THAT(page, ContainsSubstring(fmt::format("multiples of {} bytes", format::kChunkAlignment)));
}

TEST_CASE("every kind of wait and every reason to drop is in the format's man page") {
    const std::string page = plain(text_of("man/ftscale-recording.5"));
    const std::size_t begin = page.find("Kinds of waits");
    const auto kinds = words(page.substr(begin, page.find(".SS", begin) - begin));
    for (const auto& [name, number] : enumerators(text_of("include/ftscale/recording_format.h"), "WaitKind")) {
        CAPTURE(name);
        CHECK(std::find(kinds.begin(), kinds.end(), number) != kinds.end());
    }
    for (const char* reason : format::kDropReasonNames) CHECK_THAT(page, ContainsSubstring(reason));
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// man/ftscale-recording.5 against the headers it describes, so that they cannot drift apart.
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <string>

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

/// Without troff's escapes, and on one line.
std::string plain(const std::string& troff) {
    std::string text = std::regex_replace(troff, std::regex(R"(\\f(?:\[\w*\]|\(\w\w|\w))"), "");
    text = std::regex_replace(text, std::regex(R"(\\-)"), "-");
    return std::regex_replace(text, std::regex("\n"), " ");
}

/// Name and number of each enumerator.
std::vector<std::pair<std::string, std::string>> enumerators(const std::string& header, const std::string& name) {
    std::smatch body;
    REQUIRE(std::regex_search(header, body, std::regex("enum class " + name + R"([^{]*\{([^}]*)\})")));
    const std::string text = body[1];
    std::vector<std::pair<std::string, std::string>> found;
    const std::regex enumerator(R"((\w+) = (\d+),?)");
    for (std::sregex_iterator match(text.begin(), text.end(), enumerator), end; match != end; ++match) found.emplace_back((*match)[1], (*match)[2]);
    return found;
}

}  // namespace

TEST_CASE("every type of record is in the format's man page, by name and number") {
    const std::string page = plain(text_of("man/ftscale-recording.5"));
    const auto records = enumerators(text_of("include/ftscale/recording_format.h"), "RecordType");
    CHECK(records.size() == static_cast<std::size_t>(format::RecordType::ProcessEvent));
    for (const auto& [name, number] : records) CHECK_THAT(page, ContainsSubstring(fmt::format("{}\" ({})", name, number)) || ContainsSubstring(fmt::format("{} \" ({})", name, number)));
}

TEST_CASE("every type of section is in the format's man page") {
    const std::string page = plain(text_of("man/ftscale-recording.5"));
    for (const auto& [name, number] : enumerators(text_of("include/ftscale/recording_file.h"), "SectionType")) CHECK_THAT(page, ContainsSubstring(fmt::format("{} {}", number, name)));
}

TEST_CASE("the format's man page is of the versions that are written") {
    const std::string page = plain(text_of("man/ftscale-recording.5"));
    CHECK_THAT(page, ContainsSubstring(fmt::format("file version {} and stream version {}", format::kFileVersion, format::kStreamVersion)));
    CHECK_THAT(page, ContainsSubstring(fmt::format("0x{:08x}", format::kChunkMagic)));
    CHECK_THAT(page, ContainsSubstring(fmt::format("multiples of {} bytes", format::kChunkAlignment)));
}

TEST_CASE("every kind of wait and every reason to drop is in the format's man page") {
    const std::string page = plain(text_of("man/ftscale-recording.5"));
    const std::string kinds = page.substr(page.find("Kinds of waits"));
    for (const auto& [name, number] : enumerators(text_of("include/ftscale/recording_format.h"), "WaitKind")) {
        CAPTURE(name);
        CHECK(std::regex_search(kinds, std::regex(fmt::format(R"(\b{}\b)", number))));
    }
    for (const char* reason : format::kDropReasonNames) CHECK_THAT(page, ContainsSubstring(reason));
}

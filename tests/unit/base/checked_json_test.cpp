// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "base/checked_json.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"

using namespace ftscale::base;
using nlohmann::json;

namespace {

template <typename Value, typename... Bounds>
std::string refusal(const char* text, Bounds... bounds) {
    const json document = json::parse(text);
    Value value{};
    try {
        checked(document)["a"].to(value, bounds...);
    } catch (const BadMember& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("what fits is read") {
    const json document = json::parse(R"({"a": 3, "b": "x", "c": [1.5, 2], "d": true, "e": {"k": "v"}, "f": null})");
    const auto object = checked(document);
    int number = 0;
    std::string text = "as it was";
    std::vector<double> numbers;
    bool is_set = false;
    std::map<std::string, std::string> texts;
    object["a"].to(number);
    object["c"].to(numbers);
    object["d"].to(is_set);
    object["e"].to(texts);
    object.member_to("f", text);
    object.member_to("g", text);
    CHECK(number == 3);
    CHECK(text == "as it was");
    CHECK(numbers == std::vector<double>{1.5, 2});
    CHECK(is_set);
    CHECK(texts.at("k") == "v");
}

TEST_CASE("what does not fit is refused, by name") {
    CHECK(refusal<int>(R"({"a": 4294967297})") == "'a' is a number that does not fit");
    CHECK(refusal<int>(R"({"a": 18446744073709551615})") == "'a' is a number that does not fit");
    CHECK(refusal<std::uint64_t>(R"({"a": -1})") == "'a' is a number that does not fit");
    CHECK(refusal<int>(R"({"a": 1.5})") == "'a' is no whole number");
    CHECK(refusal<int>(R"({"a": "1"})") == "'a' is no whole number");
    CHECK(refusal<bool>(R"({"a": 1})") == "'a' is neither true nor false");
    CHECK(refusal<double>(R"({"a": true})") == "'a' is no number");
    CHECK(refusal<std::string>(R"({"a": 1})") == "'a' is no text");
    CHECK(refusal<int>(R"({"b": 1})") == "'a' is missing");
    CHECK(refusal<int>("[]") == "the document is no object");
    CHECK(refusal<std::vector<int>>(R"({"a": [1, "x"]})") == "'a/1' is no whole number");
    CHECK(refusal<int>(R"({"a": 0})", 1, 4) == "'a' is 0, not from 1 to 4");
    CHECK(refusal<int>(R"({"a": 4})", 1, 4).empty());
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "python_text.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "globals.h"
#include "support/catch.h"

using namespace ftscale::probe;

namespace {

/// As CPython keeps them; exactly as large as they are, so that a sanitizer sees what is read behind them.
template <typename Character>
std::string utf8(const std::basic_string<Character>& text) {
    std::vector<std::byte> characters(text.size() * sizeof(Character));
    if (!text.empty()) std::memcpy(characters.data(), text.data(), characters.size());
    const std::size_t bytes = utf8_of(characters.data(), sizeof(Character), text.size(), nullptr);
    std::vector<std::byte> out(bytes);
    CHECK(utf8_of(characters.data(), sizeof(Character), text.size(), out.data()) == bytes);
    return {reinterpret_cast<const char*>(out.data()), bytes};
}

/// The first bytes of a str object.
std::vector<std::byte> header_of(unsigned kind, bool ascii, std::int64_t length) {
    std::vector<std::byte> header(g_layout.text_data);
    const std::uint32_t state = (kind | 1U << 3 | (ascii ? 1U << 4 : 0)) << g_layout.text_kind_shift;
    std::memcpy(header.data() + g_layout.text_state, &state, sizeof(state));
    std::memcpy(header.data() + g_layout.text_length, &length, sizeof(length));
    return header;
}

}  // namespace

TEST_CASE("characters of one byte: ASCII as it is, Latin in two bytes") {
    CHECK(utf8(std::string("append")) == "append");
    CHECK(utf8(std::string()).empty());
    CHECK(utf8(std::string("caf\xe9\xff\x80\x7f")) == "caf\xc3\xa9\xc3\xbf\xc2\x80\x7f");
}

TEST_CASE("characters of two bytes") {
    CHECK(utf8(std::u16string(u"\u00e9\u07ff\u0800\u20ac\uffff")) ==
          "\xc3\xa9\xdf\xbf\xe0\xa0\x80\xe2\x82\xac\xef\xbf\xbf");
    CHECK(utf8(std::u16string(u"x = \u03bb")) == "x = \xce\xbb");
}

TEST_CASE("characters of four bytes") {
    CHECK(utf8(std::u32string(U"\U0001f40d!\U0010ffff")) == "\xf0\x9f\x90\x8d!\xf4\x8f\xbf\xbf");
    CHECK(utf8(std::u32string(U"\U00010000\uffff")) == "\xf0\x90\x80\x80\xef\xbf\xbf");
}

TEST_CASE("the kind of a text and where its characters stand") {
    for (const unsigned shift : {2U, 8U}) {  // 3.13, 3.14
        g_layout = PythonLayout{};
        g_layout.text_length = 32;
        g_layout.text_state = 48;
        g_layout.text_ascii_data = 56;
        g_layout.text_data = 72;
        g_layout.text_kind_shift = shift;
        for (const unsigned kind : {1U, 2U, 4U}) {
            const TextShape shape = text_shape(header_of(kind, false, 7).data());
            CHECK(shape.kind == kind);
            CHECK(shape.length == 7);
            CHECK(shape.data_offset == 72);
        }
        CHECK(text_shape(header_of(1, true, 3).data()).data_offset == 56);
        CHECK(text_shape(header_of(3, false, 3).data()).kind == 4);  // no kind of CPython's: read with most care
    }
    g_layout = PythonLayout{};
}

TEST_CASE("what may be a name is told from memory that is none") {
    const auto can_be = [](const std::string& text) { return can_be_name(text.data(), text.size()); };
    CHECK(can_be("dict"));
    CHECK(can_be("package.module.Type[int]"));
    CHECK(can_be("naïve"));
    CHECK(can_be("列表"));
    CHECK(can_be("\xf0\x9f\x90\x8d"));
    CHECK_FALSE(can_be(""));
    CHECK_FALSE(can_be("\x85\xc0\x0f\x85m\x01"));
    CHECK_FALSE(can_be("H\x89\xc7"));
    CHECK_FALSE(can_be("line\nline"));
    CHECK_FALSE(can_be("cut off \xe2\x82"));
}

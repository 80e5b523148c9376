// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/text_width.h"

#include <numeric>

#include "report/page.h"
#include "report/quantities.h"
#include "support/catch.h"

namespace ftscale::report {
namespace {

TEST_CASE("width is counted in columns") {
    CHECK(display_width("") == 0);
    CHECK(display_width("abc") == 3);
    CHECK(display_width("é") == 1);
    CHECK(display_width("e\u0301") == 1);  // a combining accent
    CHECK(display_width("関数") == 4);
    CHECK(display_width("█▌·│") == 4);
}

TEST_CASE("control characters and broken UTF-8 are made visible") {
    CHECK(printable("a\x1b[31mb\n\tc") == "a?[31mb??c");
    CHECK(printable("\xff\xc3") == "??");
    CHECK(printable(std::string_view("a\0b", 3)) == "a?b");
    CHECK(printable("\u202e") != "\u202e");  // right-to-left override would turn the line around
}

TEST_CASE("what is not seen but changes what is shown is made visible") {
    for (const char* name :
         {"\u0085", "\u009b", "\u061c", "\u180e", "\u2028", "\u2066", "\U000e0001", "\U000e0041", "\u200f", "\ufffb"}) {
        INFO(name);
        CHECK(printable(name) == "?");
        CHECK(display_width(name) == 1);
    }
}

TEST_CASE("no name becomes a command in a job's log on GitHub") {
    CHECK(printable("::add-mask::x") == "?:add-mask::x");
    CHECK(printable("  ::stop-commands::x") == "  ?:stop-commands::x");
    CHECK(printable("std::vector") == "std::vector");
    CHECK(printable("a ##[group]b ##[error]") == "a ##?group]b ##?error]");
    CHECK(without_commands("\t::error::x") == "\t?:error::x");
    std::ostringstream out;
    Page page(out, TextOptions{});
    page.line("  ::error::x");
    page.paragraph("- ", std::string(75, 'x') + " ::error::x ##[debug]");
    CHECK(out.str().find("\n  ::") == std::string::npos);
    CHECK(out.str().rfind("  ?:error::x\n", 0) == 0);
    CHECK(out.str().find("##[") == std::string::npos);
}

TEST_CASE("long text loses its middle") {
    CHECK(elide_middle("short", 10, "…") == "short");
    CHECK(elide_middle("abcdefghij", 7, "…") == "abc…hij");
    CHECK(elide_middle("abcdefghij", 7, "..") == "ab..hij");
    for (int columns = 0; columns < 20; ++columns) {
        CHECK(display_width(elide_middle("計算する関数の名前", columns, "…")) <= std::max(columns, 0));
        CHECK(display_width(elide_middle("a計b算c", columns, "…")) <= columns);
    }
}

TEST_CASE("wrapping breaks at blanks, and long words where it must") {
    CHECK(wrap("", 10) == std::vector<std::string>{""});
    CHECK(wrap("one two three", 7) == std::vector<std::string>{"one two", "three"});
    CHECK(wrap("  one   two  ", 20) == std::vector<std::string>{"one two"});
    CHECK(wrap("abcdefghij k", 4) == std::vector<std::string>{"abcd", "efgh", "ij k"});
    CHECK(wrap("計算する", 3) == std::vector<std::string>{"計", "算", "す", "る"});
}

TEST_CASE("padding counts columns, too") {
    CHECK(pad_right("関", 4) == "関  ");
    CHECK(pad_left("関", 4) == "  関");
    CHECK(pad_left("12345", 4) == "12345");
}

TEST_CASE("hundredths add up to the total") {
    const std::vector<double> thirds = {1.0 / 3, 1.0 / 3, 1.0 / 3};
    CHECK(hundredths_that_sum(thirds, 100) == std::vector<long>{34, 33, 33});
    CHECK(hundredths_that_sum({0.696, -0.006}, 69) == std::vector<long>{70, -1});
    CHECK(hundredths_that_sum({}, 0).empty());
}

TEST_CASE("rounding moves no figure by more than a hundredth") {
    const std::vector<double> values = {0.5, 0.2};
    const auto rounded = hundredths_that_sum(values, 100);  // a total that is not theirs
    CHECK(rounded == std::vector<long>{51, 21});
}

TEST_CASE("thinning keeps both ends") {
    CHECK(thinned(3, 8) == std::vector<std::size_t>{0, 1, 2});
    CHECK(thinned(12, 4) == std::vector<std::size_t>{0, 4, 7, 11});
    CHECK(thinned(0, 4).empty());
    for (std::size_t count = 9; count < 40; ++count) {
        const auto kept = thinned(count, 8);
        CHECK(kept.size() == 8);
        CHECK(kept.front() == 0);
        CHECK(kept.back() == count - 1);
        CHECK(std::adjacent_find(kept.begin(), kept.end(), [](auto a, auto b) { return a >= b; }) == kept.end());
    }
}

TEST_CASE("quantities are worded for people") {
    std::ostringstream out;
    const Page page(out, {});
    CHECK(cores_text(-0.001) == "0.00");
    CHECK(cores_text(-0.25) == "-0.25");
    CHECK(seconds_text(0, page.glyphs()) == "0 s");
    CHECK(seconds_text(12.34, page.glyphs()) == "12.3 s");
    CHECK(seconds_text(9.999, page.glyphs()) == "10.0 s");
    CHECK(seconds_text(0.9999, page.glyphs()) == "1.00 s");
    CHECK(seconds_text(0.412, page.glyphs()) == "412 ms");
    CHECK(seconds_text(87e-6, page.glyphs()) == "87 µs");
    CHECK(seconds_text(1234, page.glyphs()) == "1234 s");
    CHECK(count_text(999) == "999");
    CHECK(count_text(1234567) == "1,234,567");
    CHECK(counts_text({1, 2, 4}) == "1, 2 and 4");
    CHECK(short_location({"f", "/a/b/app.py", 3, false}) == "app.py:3");
    CHECK(short_location({"f", "/a/b/__init__.py", 3, false}) == "b/__init__.py:3");
    CHECK(short_location({"f", "<string>", 3, false}) == "<string>:3");
    CHECK(short_location({"f", "/v/_tree.cpython-313t-x86_64-linux-gnu.so", 0, true}) == "_tree.so");
    CHECK(short_location({"f", "/v/_tree.cpython-313t-x86_64-linux-gnu.so", 12, true, "src/_tree.c"}) == "_tree.c:12");
    CHECK(short_location({"f", "/usr/lib/libc.so.6", 0, true}) == "libc.so.6");
}

TEST_CASE("a place fits its columns exactly") {
    std::ostringstream out;
    const Page page(out, {});
    for (const char* function :
         {"f", "a_function_with_quite_a_long_name.<locals>.<lambda>", "計算する関数の名前がとても長い"})
        for (const char* file : {"", "/x/a.py", "/x/a_file_with_quite_a_long_name_too.py"})
            for (int columns = 10; columns < 70; ++columns)
                CHECK(display_width(page.place({function, file, 123, false}, columns)) == columns);
}

}  // namespace
}  // namespace ftscale::report

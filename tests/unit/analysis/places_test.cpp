// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/places.h"

#include "support/catch.h"

namespace ftscale::tests {
namespace {

using analysis::place_text;

TEST_CASE("a place is told by its function, and the file it stands in") {
    CHECK(place_text({"Box.add", "/app/box.py", 12, false}) == "Box.add (box.py:12)");
    CHECK(place_text({"dgemm", "/lib/libblas.so.3", 0, true}) == "dgemm (libblas.so.3)");
    CHECK(place_text({"sort", "/lib/libsort.so", 7, true, "/src/sort.c"}) == "sort (sort.c:7)");
    CHECK(place_text({"?", "", 0, false}) == "?");
}

TEST_CASE("a function without a name is told by its file once") {
    CHECK(place_text({"libgomp.so.1+0x1dfd0", "/lib/libgomp.so.1", 0, true}) == "libgomp.so.1+0x1dfd0");
}

}  // namespace
}  // namespace ftscale::tests

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "symbols/debug_info.h"

#include <dlfcn.h>
#include <link.h>

#include <filesystem>

#include "support/catch.h"

using namespace ftscale::symbols;

namespace {

/// Of the place that sample_inlines() marks, which two functions were inlined around; in the library's own terms.
std::uint64_t marked_address() {
    void* handle = dlopen(SAMPLE_LIBRARY, RTLD_NOW);
    REQUIRE(handle != nullptr);
    link_map* map = nullptr;
    REQUIRE(dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0);
    const auto address = reinterpret_cast<std::uintptr_t>(dlsym(handle, "sample_inlined_place")) - map->l_addr;
    dlclose(handle);
    return address;
}

std::string file_name(const SourcePlace& place) { return std::filesystem::path(place.file).filename().string(); }

}  // namespace

TEST_CASE("an address has the functions that were inlined there, each at its line") {
    const auto file = ElfFile::open(SAMPLE_LIBRARY);
    REQUIRE(file);
    const auto info = DebugInfo::open(*file);
    REQUIRE(info != nullptr);
    const std::vector<SourcePlace> places = info->at(marked_address());
    REQUIRE(places.size() == 3);
    CHECK(places[0].function == "sample::innermost(int)");
    CHECK(places[1].function == "sample::between(int)");
    CHECK(places[2].function == "sample_inlines");
    for (const SourcePlace& place : places) CHECK(file_name(place) == "sample_library.cpp");
    // innermost stands above its caller, and that above the function that was not inlined.
    CHECK(places[0].line > 0);
    CHECK(places[0].line < places[1].line);
    CHECK(places[1].line < places[2].line);
    CHECK(info->at(marked_address()).size() == 3);
}

TEST_CASE("where there is no function there is no place") {
    const auto file = ElfFile::open(SAMPLE_LIBRARY);
    REQUIRE(file);
    const auto info = DebugInfo::open(*file);
    REQUIRE(info != nullptr);
    CHECK(info->at(0).empty());
    CHECK(info->at(~std::uint64_t{0}).empty());
}

TEST_CASE("an object without debug info has none") {
    const auto file = ElfFile::open(STRIPPED_LIBRARY);
    REQUIRE(file);
    CHECK(DebugInfo::open(*file) == nullptr);
}

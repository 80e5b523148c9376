// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "symbols/symbols.h"

#include <dlfcn.h>
#include <link.h>

#include <string>

#include "support/catch.h"
#include "symbols/elf_symbols.h"

using namespace ftscale;
using recording::CodeId;
using recording::FrameId;
using recording::ModuleId;

namespace {

/// A recording with one code object and one module to name frames of.
struct Sample {
    recording::Recording recording;

    Sample() {
        // Four bytes at line 7, four at line 9, two without a location.
        recording.codes.push_back(
            {"inner", "outer.<locals>.inner", "/srv/app.py", 7, std::string("\x81\x11\xe1\x04\xf8", 5)});
        recording.modules.push_back({SAMPLE_LIBRARY});
        recording.modules.push_back({"/nowhere/libgone.so.1"});
    }
    FrameId python(std::uint32_t offset) {
        recording::Frame frame;
        frame.python = true;
        frame.code = CodeId{0};
        frame.instruction_offset = offset;
        return recording.stacks.intern_frame(frame);
    }
    FrameId native(ModuleId module, std::uint64_t address) {
        recording::Frame frame;
        frame.module = module;
        frame.address = address;
        return recording.stacks.intern_frame(frame);
    }
};

std::uint64_t exported_address() {
    void* handle = dlopen(SAMPLE_LIBRARY, RTLD_NOW);
    REQUIRE(handle != nullptr);
    link_map* map = nullptr;
    REQUIRE(dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0);
    auto address = reinterpret_cast<std::uintptr_t>(dlsym(handle, "sample_exported")) - map->l_addr;
    dlclose(handle);
    return address;
}

}  // namespace

TEST_CASE("a Python frame has its qualified name, file and line") {
    Sample sample;
    FrameId first = sample.python(2), second = sample.python(4), nowhere = sample.python(8);
    symbols::Symbols symbols(sample.recording);
    const symbols::FrameName& name = symbols.name(first);
    CHECK(name.python);
    CHECK(name.function == "outer.<locals>.inner");
    CHECK(name.file == "/srv/app.py");
    CHECK(name.line == 7);
    CHECK(name.first_line == 7);
    CHECK(symbols.name(second).line == 9);
    CHECK(symbols.name(nowhere).line == 7);  // no location: the head of the function
    CHECK(&symbols.name(first) == &name);
    CHECK_FALSE(symbols.is_interpreter_loop(first));
}

TEST_CASE("a native frame has its symbol and file, or the address in its file") {
    Sample sample;
    FrameId named = sample.native(ModuleId{0}, exported_address());
    FrameId nameless = sample.native(ModuleId{0}, 0x1);
    FrameId gone = sample.native(ModuleId{1}, 0x1234);
    FrameId anonymous = sample.native(ModuleId::None, 0x7f0000001000);
    symbols::Symbols symbols(sample.recording);
    CHECK(symbols.name(named).function == "sample_exported");
    CHECK(symbols.name(named).file == SAMPLE_LIBRARY);
    CHECK(symbols.name(named).line == 0);
    CHECK_FALSE(symbols.name(named).python);
    CHECK_THAT(symbols.name(nameless).function, Catch::Matchers::EndsWith(".so+0x1"));
    CHECK(symbols.name(gone).function == "libgone.so.1+0x1234");
    CHECK(symbols.name(gone).file == "/nowhere/libgone.so.1");
    CHECK(symbols.name(anonymous).function == "0x7f0000001000");
    CHECK(symbols.name(anonymous).file.empty());
    CHECK(symbols.has_symbols(ModuleId{0}));
    CHECK_FALSE(symbols.has_symbols(ModuleId{1}));
    CHECK_FALSE(symbols.has_symbols(ModuleId::None));
}

TEST_CASE("a file that has changed since gives addresses, not wrong names") {
    Sample sample;
    sample.recording.manifest.build_ids[SAMPLE_LIBRARY] = std::string(40, 'a');
    FrameId frame = sample.native(ModuleId{0}, exported_address());
    symbols::Symbols symbols(sample.recording);
    CHECK_THAT(symbols.name(frame).function, ContainsSubstring(".so+0x"));
    CHECK_FALSE(symbols.has_symbols(ModuleId{0}));
}

TEST_CASE("frames of a damaged recording have some name") {
    Sample sample;
    recording::Frame frame;
    frame.python = true;
    frame.code = CodeId{99};
    FrameId lost_code = sample.recording.stacks.intern_frame(frame);
    FrameId lost_module = sample.native(ModuleId{99}, 0x10);
    symbols::Symbols symbols(sample.recording);
    CHECK(symbols.name(lost_code).function == "[unknown]");
    CHECK(symbols.name(lost_code).python);
    CHECK(symbols.name(lost_module).function == "0x10");
    CHECK(symbols.name(FrameId{1u << 30}).function == "[unknown]");
    CHECK_FALSE(symbols.has_symbols(ModuleId{99}));
}

TEST_CASE("what the code around a frame touches, read once") {
    Sample sample;
    const std::uint64_t begin = exported_address();
    std::vector<FrameId> frames;
    for (std::uint64_t offset = 0; offset < 16; ++offset) frames.push_back(sample.native(ModuleId{0}, begin + offset));
    const FrameId python = sample.python(2), gone = sample.native(ModuleId{1}, begin);
    const FrameId nowhere = sample.native(ModuleId{0}, 8), unknown = sample.native(ModuleId::None, begin);
    symbols::Symbols symbols(sample.recording);
    const symbols::ElfSymbols file = symbols::ElfSymbols::load(SAMPLE_LIBRARY);
#if defined(__x86_64__)
    const auto decoder = symbols::make_x86_64_decoder();
#else
    const auto decoder = symbols::make_aarch64_decoder();
#endif
    for (std::uint64_t offset = 0; offset < 16; ++offset) {
        const auto block = file.code_around(begin + offset);
        REQUIRE(block);
        CHECK(symbols.accesses_around(frames[offset]) == decoder->accesses_around(*block, begin + offset));
    }
    CHECK(&symbols.accesses_around(frames[3]) == &symbols.accesses_around(frames[3]));
    for (const FrameId frame : {python, gone, nowhere, unknown, FrameId{1000}}) {
        CHECK(symbols.accesses_around(frame).empty());
    }
}

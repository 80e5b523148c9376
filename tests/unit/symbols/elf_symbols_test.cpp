// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "symbols/elf_symbols.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "recording/build_id.h"
#include "support/catch.h"

using namespace ftscale::symbols;

namespace {

namespace fs = std::filesystem;

/// A library loaded into this process: addresses in its own terms, as a recording has them.
class Loaded {
  public:
    explicit Loaded(const char* path) : handle_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) { REQUIRE(handle_ != nullptr); }
    ~Loaded() { dlclose(handle_); }
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;

    std::uint64_t address_of(const char* name) const { return own_terms(symbol(name)); }
    std::uint64_t returned_by(const char* name) const {
        return own_terms(reinterpret_cast<void* (*)()>(symbol(name))());  // NOLINT: that is what dlsym is for
    }

  private:
    void* symbol(const char* name) const {
        void* found = dlsym(handle_, name);
        REQUIRE(found != nullptr);
        return found;
    }
    std::uint64_t own_terms(void* address) const {
        link_map* map = nullptr;
        REQUIRE(dlinfo(handle_, RTLD_DI_LINKMAP, &map) == 0);
        return reinterpret_cast<std::uintptr_t>(address) - map->l_addr;
    }
    void* handle_;
};

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string pattern = (fs::temp_directory_path() / "ftscale-symbols-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

std::string contents_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::string name_at(const ElfSymbols& symbols, std::uint64_t address) { return symbols.find(address).value_or("-"); }

void put_debug_file(const fs::path& root) {
    std::string id = ftscale::recording::read_build_id(STRIPPED_LIBRARY).value();
    fs::create_directories(root / ".build-id" / id.substr(0, 2));
    fs::copy_file(STRIPPED_DEBUG_FILE, root / ".build-id" / id.substr(0, 2) / (id.substr(2) + ".debug"));
}

const std::string kTake = "sample::Box<long>::take(int) const";

}  // namespace

TEST_CASE("functions of a shared library by their addresses") {
    Loaded library(SAMPLE_LIBRARY);
    ElfSymbols symbols = ElfSymbols::load(SAMPLE_LIBRARY);
    CHECK(symbols.is_complete());

    std::uint64_t exported = library.address_of("sample_exported");
    CHECK(name_at(symbols, exported) == "sample_exported");
    CHECK(name_at(symbols, exported + 1) == "sample_exported");
    CHECK(name_at(symbols, library.returned_by("sample_hidden_address")) == "sample_hidden");
    CHECK(name_at(symbols, library.address_of("_ZNK6sample3BoxIlE4takeEi")) == kTake);
}

TEST_CASE("a label of no size reaches to the next symbol, and a sized function no further than its size") {
    Loaded library(SAMPLE_LIBRARY);
    ElfSymbols symbols = ElfSymbols::load(SAMPLE_LIBRARY);
    std::uint64_t label = library.returned_by("sample_label_address");
    CHECK(name_at(symbols, label - 1) == "sample_sized");
    CHECK_THAT(name_at(symbols, label), ContainsSubstring("sample_label"));
    CHECK(name_at(symbols, label + 3) == name_at(symbols, label));
}

TEST_CASE("addresses outside of all code have no name") {
    ElfSymbols symbols = ElfSymbols::load(SAMPLE_LIBRARY);
    for (std::uint64_t address : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        CHECK_FALSE(symbols.find(address));
    }
}

TEST_CASE("stubs of the linkage table are named by the function they lead to") {
    ElfSymbols symbols = ElfSymbols::load(SAMPLE_LIBRARY);
    std::set<std::string> names;
    for (std::uint64_t address = 0; address < 0x10000; ++address) names.insert(name_at(symbols, address));
    CHECK(names.count("getpid@plt") == 1);
    CHECK(names.count("sample_exported@plt") == 1);
}

TEST_CASE("a program linked at a fixed address") {
    FILE* pipe = popen(SAMPLE_PROGRAM, "re");
    REQUIRE(pipe != nullptr);
    void* address = nullptr;
    CHECK(std::fscanf(pipe, "%p", &address) == 1);
    char rest[64];
    while (std::fread(rest, 1, sizeof rest, pipe) > 0) {
    }
    pclose(pipe);
    CHECK(name_at(ElfSymbols::load(SAMPLE_PROGRAM), reinterpret_cast<std::uintptr_t>(address)) ==
          "fixed_function(int)");
}

TEST_CASE("names come only from the very file that was recorded") {
    std::string id = ftscale::recording::read_build_id(SAMPLE_LIBRARY).value();
    REQUIRE(id.size() == 40);
    CHECK(ElfSymbols::load(SAMPLE_LIBRARY, id).size() > 0);
    ElfSymbols changed = ElfSymbols::load(SAMPLE_LIBRARY, std::string(40, '0'));
    CHECK(changed.size() == 0);
    CHECK_FALSE(changed.is_complete());
}

TEST_CASE("a stripped library: exported names alone, or all of them with its debug file") {
    Loaded library(STRIPPED_LIBRARY);
    std::uint64_t exported = library.address_of("sample_exported");
    std::uint64_t hidden = library.returned_by("sample_hidden_address");
    TemporaryDirectory root, elsewhere;
    fs::path lone = elsewhere.path() / "lone.so";  // not beside its debug file
    fs::copy_file(STRIPPED_LIBRARY, lone);

    SECTION("without the debug file") {
        ElfSymbols symbols = ElfSymbols::load(lone.string(), {}, root.path().string());
        CHECK_FALSE(symbols.is_complete());
        CHECK(name_at(symbols, exported) == "sample_exported");
        CHECK(name_at(symbols, hidden) == "-");
    }
    SECTION("by build id") {
        put_debug_file(root.path());
        ElfSymbols symbols = ElfSymbols::load(lone.string(), {}, root.path().string());
        CHECK(symbols.is_complete());
        CHECK(name_at(symbols, hidden) == "sample_hidden");
    }
    SECTION("by debug link, beside it, in .debug and under the root") {
        fs::path name = fs::path(STRIPPED_DEBUG_FILE).filename();
        for (const fs::path& folder : {elsewhere.path(), elsewhere.path() / ".debug",
                                       fs::path(root.path().string() + elsewhere.path().string())}) {
            fs::create_directories(folder);
            fs::copy_file(STRIPPED_DEBUG_FILE, folder / name);
            ElfSymbols symbols = ElfSymbols::load(lone.string(), {}, root.path().string());
            CHECK(name_at(symbols, hidden) == "sample_hidden");
            fs::remove(folder / name);
        }
    }
    SECTION("a debug file of another build is not taken") {
        fs::copy_file(SAMPLE_PROGRAM, elsewhere.path() / fs::path(STRIPPED_DEBUG_FILE).filename());
        CHECK(name_at(ElfSymbols::load(lone.string(), {}, root.path().string()), hidden) == "-");
    }
}

TEST_CASE("a stripped extension module's functions have begins, and names where Python can call them") {
    Loaded library(STRIPPED_LIBRARY);
    TemporaryDirectory empty;
    const fs::path lone = empty.path() / "lone.so";  // away from its debug file
    fs::copy_file(STRIPPED_LIBRARY, lone);
    const ElfSymbols symbols = ElfSymbols::load(lone.string(), {}, empty.path().string());
    const std::uint64_t method = library.returned_by("sample_method_address");
    const std::uint64_t other = library.returned_by("sample_other_address");
    CHECK(name_at(symbols, method) == "sample_method");
    CHECK(name_at(symbols, method + 1) == "sample_method");
    CHECK(symbols.function_begin(method + 1) == method);
    CHECK(name_at(symbols, other) == "-");
    CHECK(symbols.function_begin(other + 1) == other);
    CHECK(symbols.function_begin(0) == 0);
}

TEST_CASE("the code around an address is its function's, or a stretch about it where no function's size is known") {
    Loaded library(SAMPLE_LIBRARY);
    ElfSymbols symbols = ElfSymbols::load(SAMPLE_LIBRARY);
    std::uint64_t exported = library.address_of("sample_exported");
    for (std::uint64_t offset : {0, 1, 3}) {
        std::optional<CodeBlock> block = symbols.code_around(exported + offset);
        REQUIRE(block);
        CHECK(block->begin == exported);
        CHECK(block->begins_at_instruction);
        CHECK(block->bytes.size() > 3);
    }
    std::uint64_t label = library.returned_by("sample_label_address");
    std::optional<CodeBlock> around = symbols.code_around(label);
    REQUIRE(around);
    CHECK_FALSE(around->begins_at_instruction);
    CHECK(label - around->begin <= 64);
    REQUIRE(label - around->begin < around->bytes.size());
#ifdef __x86_64__
    CHECK(around->bytes[label - around->begin] == std::byte{0x90});  // nop
#endif
    for (std::uint64_t address : {std::uint64_t{0}, std::uint64_t{1} << 40, ~std::uint64_t{0}})
        CHECK_FALSE(symbols.code_around(address));
    CHECK(symbols.machine() != EM_NONE);
}

TEST_CASE("a stripped library's code is its own, its functions' sizes are its debug file's") {
    Loaded library(STRIPPED_LIBRARY);
    std::uint64_t hidden = library.returned_by("sample_hidden_address");
    TemporaryDirectory root;
    put_debug_file(root.path());
    ElfSymbols symbols = ElfSymbols::load(STRIPPED_LIBRARY, {}, root.path().string());
    std::optional<CodeBlock> block = symbols.code_around(hidden + 1), whole = symbols.code_around(hidden);
    REQUIRE(block);
    CHECK(block->begin == hidden);
    CHECK(block->begins_at_instruction);
    CHECK(std::any_of(block->bytes.begin(), block->bytes.end(), [](std::byte byte) { return byte != std::byte{}; }));
    CHECK(whole->bytes.data() == block->bytes.data());
}

TEST_CASE("where there is no file there is no code") {
    ElfSymbols symbols = ElfSymbols::load("/no/such/file");
    CHECK_FALSE(symbols.code_around(0x1000));
    CHECK(symbols.machine() == EM_NONE);
}

TEST_CASE("what is no ELF file, or half of one, gives no names and no crash") {
    TemporaryDirectory directory;
    fs::path file = directory.path() / "damaged.so";
    CHECK(ElfSymbols::load(file.string()).size() == 0);
    CHECK(ElfSymbols::load(directory.path().string()).size() == 0);
    CHECK(ElfSymbols::load("").size() == 0);

    std::string whole = contents_of(SAMPLE_LIBRARY);
    for (std::size_t size = 0; size < whole.size(); size += size < 512 ? 7 : 1001) {
        write(file, whole.substr(0, size));
        ElfSymbols symbols = ElfSymbols::load(file.string());
        for (std::uint64_t address = 0; address < 0x4000; address += 64) {
            symbols.find(address);
            symbols.code_around(address);
        }
    }
}

TEST_CASE("names as in source") {
    CHECK(demangle("_ZNK6sample3BoxIlE4takeEi") == kTake);
    CHECK(demangle("_PyEval_EvalFrameDefault.cold") == "_PyEval_EvalFrameDefault.cold");
    CHECK(demangle("_Z") == "_Z");
    CHECK(demangle("") == "");
}

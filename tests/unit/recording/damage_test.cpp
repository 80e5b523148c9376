// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Broken recordings on purpose: nothing crashes, and of what is whole nothing is lost.
#include <algorithm>
#include <cstring>
#include <optional>
#include <sstream>
#include <string>

#include "base/error.h"
#include "ftscale/recording_file.h"
#include "recording/dump.h"
#include "recording/reader.h"
#include "recording/section_file.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "unit/recording/small_recording.h"

using namespace ftscale;
using namespace ftscale::recording;
using tests::TemporaryFolder;

namespace {

using Bytes = std::vector<std::byte>;

Bytes small_file() {
    const TemporaryFolder folder;
    tests::pack_small_recording(folder / "a.ftscale");
    return TemporaryFolder::read(folder / "a.ftscale");
}

/// Where the manifest's section ends: up to here damage may be an error, from here on it never is.
std::size_t manifest_end(const Bytes& file) {
    format::SectionHeader header;
    std::memcpy(&header, file.data() + sizeof(format::FileHeader), sizeof(header));
    return sizeof(format::FileHeader) + sizeof(header) + header.stored_bytes;
}

/// Nothing when it was refused as a recording. Any other exception fails the test.
std::optional<Recording> load_bytes(const TemporaryFolder& folder, std::span<const std::byte> bytes) {
    const auto path = folder.write("broken.ftscale", bytes);
    try {
        return load(path);
    } catch (const base::Error& error) {
        CHECK_FALSE(std::string(error.what()).empty());
        return std::nullopt;
    }
}

std::string dump_of(const TemporaryFolder& folder, std::span<const std::byte> bytes) {
    std::ostringstream out;
    try {
        dump(folder.write("broken.ftscale", bytes), out);
    } catch (const base::Error&) {
    }
    return out.str();
}

/// Within a section's stored bytes, not in a header.
bool is_stored(const Bytes& file, std::size_t at) {
    std::size_t begin = sizeof(format::FileHeader);
    while (begin + sizeof(format::SectionHeader) <= file.size()) {
        format::SectionHeader header;
        std::memcpy(&header, file.data() + begin, sizeof(header));
        begin += sizeof(header) + header.stored_bytes;
        if (at < begin) return at >= begin - header.stored_bytes;
    }
    return false;
}

}  // namespace

TEST_CASE("a recording cut at any byte behind its manifest gives what stands before the cut") {
    const Bytes file = small_file();
    const TemporaryFolder folder;
    std::size_t before = 0;
    for (std::size_t length = 0; length < file.size(); ++length) {
        const auto some = load_bytes(folder, std::span(file).first(length));
        if (some.has_value() != (length >= manifest_end(file))) FAIL("cut at byte " << length);
        if (!some) continue;
        const std::size_t count = tests::count_events(*some);
        if (count < before) FAIL("fewer events at byte " << length << " than before it");
        if (!some->truncated || some->warnings.empty()) FAIL("nothing is said of the cut at byte " << length);
        before = count;
    }
    const auto whole = load_bytes(folder, file);
    REQUIRE(whole);
    CHECK(tests::count_events(*whole) == before);  // all but the end mark
    CHECK_FALSE(whole->truncated);
}

TEST_CASE("a bit flipped behind the manifest is never an error, and never goes unnoticed where it is in a section") {
    const Bytes file = small_file();
    const TemporaryFolder folder;
    const auto whole = load_bytes(folder, file);
    const std::string whole_dump = dump_of(folder, file);
    REQUIRE(whole);
    for (std::size_t at = manifest_end(file); at < file.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            Bytes damaged = file;
            damaged[at] ^= std::byte{1} << bit;
            const auto some = load_bytes(folder, damaged);
            if (!some) FAIL("refused with bit " << bit << " of byte " << at << " flipped");
            if (!some->truncated && is_stored(file, at) && dump_of(folder, damaged) != whole_dump)
                FAIL("unnoticed: bit " << bit << " of byte " << at << " flipped");
            if (tests::count_events(*some) > tests::count_events(*whole))
                FAIL("more events with bit " << bit << " of byte " << at << " flipped");
        }
    }
}

TEST_CASE("a bit flipped in header or manifest is an error or nothing") {
    const Bytes file = small_file();
    const TemporaryFolder folder;
    const std::string manifest = to_json(load_bytes(folder, file).value().manifest);
    std::size_t accepted = 0;
    for (std::size_t at = 0; at < manifest_end(file); ++at) {
        Bytes damaged = file;
        damaged[at] ^= std::byte{1} << (at % 8);
        const auto some = load_bytes(folder, damaged);
        if (!some) continue;
        ++accepted;
        if (to_json(some->manifest) != manifest) FAIL("another manifest with byte " << at << " damaged");
    }
    // Reserved bytes, run and process of the manifest's section, its length where that becomes longer.
    CHECK(accepted < 32);
}

TEST_CASE("a dump of a broken recording ends, and is not as that of the whole") {
    const Bytes file = small_file();
    const TemporaryFolder folder;
    const std::string whole = dump_of(folder, file);
    for (std::size_t length = 0; length < file.size(); length += 3)
        CHECK(dump_of(folder, std::span(file).first(length)) != whole);
    for (std::size_t at = 0; at < file.size(); ++at) {
        Bytes damaged = file;
        damaged[at] ^= std::byte{1} << (at % 8);
        CHECK(dump_of(folder, damaged).size() < 2 * whole.size());
    }
}

TEST_CASE("a section of a later version is passed over") {
    Bytes file = small_file();
    const format::SectionHeader unknown{77, 0, 0, 0, 8, 100};
    Bytes section(sizeof(unknown) + 8, std::byte{0xee});
    std::memcpy(section.data(), &unknown, sizeof(unknown));
    file.insert(file.begin() + static_cast<std::ptrdiff_t>(manifest_end(file)), section.begin(), section.end());
    const TemporaryFolder folder;
    const auto loaded = load_bytes(folder, file);
    REQUIRE(loaded);
    CHECK(loaded->runs.size() == 2);
    REQUIRE(loaded->warnings.size() == 1);
    CHECK_THAT(loaded->warnings[0], ContainsSubstring("unknown type 77"));
    CHECK_FALSE(loaded->truncated);
}

TEST_CASE("a stream of a run that the manifest does not know is not taken for another's") {
    Bytes file = small_file();
    const std::uint32_t run = 9;
    std::memcpy(file.data() + manifest_end(file) + offsetof(format::SectionHeader, run), &run, sizeof(run));
    const TemporaryFolder folder;
    const auto loaded = load_bytes(folder, file);
    REQUIRE(loaded);
    REQUIRE(loaded->runs.size() == 1);
    CHECK(loaded->runs[0].run == 2);
    CHECK(loaded->truncated);
    REQUIRE(loaded->warnings.size() == 1);
    CHECK_THAT(loaded->warnings[0], ContainsSubstring("run 9"));
}

TEST_CASE("an end mark that was something else once is damage") {
    Bytes file = small_file();
    file[manifest_end(file)] = std::byte{static_cast<unsigned char>(format::SectionType::End)};
    const TemporaryFolder folder;
    const auto loaded = load_bytes(folder, file);
    REQUIRE(loaded);
    CHECK(loaded->runs.empty());
    CHECK(loaded->truncated);
}

TEST_CASE("a section that claims to be huge does not take the memory for it") {
    Bytes file = small_file();
    const std::uint64_t huge = ~std::uint64_t{0} - 7;
    const std::size_t header = manifest_end(file);
    const TemporaryFolder folder;
    Bytes damaged = file;
    std::memcpy(damaged.data() + header + offsetof(format::SectionHeader, raw_bytes), &huge, sizeof(huge));
    auto loaded = load_bytes(folder, damaged);
    REQUIRE(loaded);
    CHECK(loaded->truncated);
    CHECK(loaded->runs.size() == 2);
    std::memcpy(damaged.data() + header + offsetof(format::SectionHeader, stored_bytes), &huge, sizeof(huge));
    loaded = load_bytes(folder, damaged);
    REQUIRE(loaded);
    CHECK(loaded->truncated);
}

TEST_CASE("what a small section unpacks to is bounded") {
    // zstd packs a run of equal bytes 32,768 to 1: 16 KiB are half a gigabyte.
    constexpr std::uint64_t kHuge = std::uint64_t{512} << 20;
    const TemporaryFolder folder;
    const std::vector<std::byte> blank(std::size_t{1} << 20, std::byte{' '});
    {
        SectionWriter writer(folder / "manifest.ftscale");
        writer.begin_section(format::SectionType::Manifest, 0, 0);
        for (std::uint64_t size = 0; size < kHuge; size += blank.size()) writer.append(blank);
        writer.end_section();
        writer.finish();
    }
    CHECK_THROWS_WITH(load(folder / "manifest.ftscale"), ContainsSubstring("damaged"));
    {
        SectionWriter writer(folder / "stream.ftscale");
        writer.begin_section(format::SectionType::Manifest, 0, 0);
        const std::string manifest = to_json(tests::small_manifest());
        writer.append(std::as_bytes(std::span(manifest)));
        writer.end_section();
        writer.begin_section(format::SectionType::Stream, 1, 41);
        for (std::uint64_t size = 0; size < kHuge; size += blank.size()) writer.append(blank);
        writer.end_section();
        writer.finish();
    }
    CHECK(std::filesystem::file_size(folder / "stream.ftscale") < 100'000);
    SectionReader reader(folder / "stream.ftscale");
    reader.next();
    const auto stream = reader.next();
    REQUIRE(stream);
    reader.read_rest();
    CHECK(reader.is_damaged());
    CHECK(reader.read_bytes() == most_unpacked(stream->header.stored_bytes));
    CHECK(load(folder / "stream.ftscale").truncated);
}

TEST_CASE("what is no recording is refused by name, with something to do about it") {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder / "folder");
    const auto refusal = [](const std::filesystem::path& path) {
        try {
            load(path);
        } catch (const base::Error& error) {
            CHECK_FALSE(error.hint().empty());
            CHECK_THAT(error.what(), ContainsSubstring("'" + path.string() + "'"));
            CHECK_FALSE(is_recording(path));
            CHECK_THROWS_AS(load_manifest(path), base::Error);
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    CHECK_THAT(refusal(folder / "absent"), ContainsSubstring("does not exist"));
    CHECK_THAT(refusal(folder.write("empty", std::string_view())), ContainsSubstring("is empty"));
    CHECK_THAT(refusal(folder.write("text", std::string_view("import threading\n"))),
               ContainsSubstring("is not an ftscale recording"));
    CHECK_THAT(refusal(folder.write("short", std::string_view("fts"))),
               ContainsSubstring("is not an ftscale recording"));
    CHECK_THAT(refusal(folder / "folder"), ContainsSubstring("folder without a recording"));
    CHECK_THAT(refusal("/dev/zero"), ContainsSubstring("is not a file"));
    CHECK_THAT(refusal(folder / "empty/inside"), ContainsSubstring("empty/inside"));
}

TEST_CASE("a recording of another version is refused, naming both") {
    Bytes file = small_file();
    const std::uint32_t version = 4711;
    std::memcpy(file.data() + offsetof(format::FileHeader, version), &version, sizeof(version));
    const TemporaryFolder folder;
    const auto path = folder.write("later.ftscale", file);
    CHECK_THROWS_WITH(
        load(path), ContainsSubstring("4711") && ContainsSubstring("version " + std::to_string(format::kFileVersion)));
}

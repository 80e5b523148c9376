// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "safe_read.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "globals.h"
#include "support/catch.h"

using namespace ftscale::probe;

namespace {

constexpr std::size_t kPage = 4096;

/// Three pages of which the middle one cannot be read, each byte of the others telling its place.
class Pages {
  public:
    Pages() {
        g_pid = getpid();
        void* mapping = mmap(nullptr, 3 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(mapping != MAP_FAILED);
        begin_ = static_cast<char*>(mapping);
        for (std::size_t i = 0; i < 3 * kPage; ++i) begin_[i] = byte_at(i);
        REQUIRE(mprotect(begin_ + kPage, kPage, PROT_NONE) == 0);
    }
    ~Pages() { munmap(begin_, 3 * kPage); }
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

    static char byte_at(std::size_t offset) { return static_cast<char>('a' + offset % 23); }
    char* at(std::size_t offset) const { return begin_ + offset; }
    std::uintptr_t address(std::size_t offset) const { return reinterpret_cast<std::uintptr_t>(begin_) + offset; }

  private:
    char* begin_ = nullptr;
};

bool holds(const char* bytes, std::size_t count, std::size_t offset) {
    for (std::size_t i = 0; i < count; ++i)
        if (bytes[i] != Pages::byte_at(offset + i)) return false;
    return true;
}

}  // namespace

TEST_CASE("memory is copied where all of it can be read") {
    Pages pages;
    char out[64];
    errno = 7;
    CHECK(safe_read(pages.address(100), out, sizeof(out)));
    CHECK(holds(out, sizeof(out), 100));
    CHECK_FALSE(safe_read(pages.address(kPage + 8), out, 8));
    CHECK_FALSE(safe_read(pages.address(kPage - 8), out, 16));
    CHECK_FALSE(safe_read(8, out, 8));
    CHECK(errno == 7);
}

//  each piece readable or not, in all combinations
TEST_CASE("of several pieces those that can be read are copied, whatever lies between them") {
    Pages pages;
    constexpr std::size_t kPieces = 7, kBytes = 48;
    const std::size_t readable[kPieces] = {0, 2 * kPage, 500, kPage - kBytes, 3 * kPage - kBytes, 96, 2 * kPage + 32};
    const std::size_t unreadable[kPieces] = {kPage,      kPage - 8,      2 * kPage - 8, kPage + 64,
                                             kPage - 47, 2 * kPage - 48, 2 * kPage - 1};
    for (unsigned mask = 0; mask < 1U << kPieces; ++mask) {
        char out[kPieces][kBytes] = {};
        Piece pieces[kPieces];
        for (std::size_t i = 0; i < kPieces; ++i) {
            const bool can = (mask >> i & 1) != 0;
            pieces[i] = {pages.address(can ? readable[i] : unreadable[i]), out[i], kBytes};
        }
        errno = 7;
        CHECK(safe_read_pieces(pieces, kPieces));
        CHECK(errno == 7);
        for (std::size_t i = 0; i < kPieces; ++i) {
            const bool can = (mask >> i & 1) != 0;
            CHECK(pieces[i].ok == can);
            if (can) CHECK(holds(out[i], kBytes, readable[i]));
        }
    }
}

TEST_CASE("no pieces, one piece and as many as there may be") {
    Pages pages;
    CHECK(safe_read_pieces(nullptr, 0));
    char out[kMostPieces][16];
    Piece pieces[kMostPieces];
    for (std::size_t i = 0; i < kMostPieces; ++i) pieces[i] = {i % 3 == 1 ? 16 : pages.address(16 * i), out[i], 16};
    CHECK(safe_read_pieces(pieces, kMostPieces));
    for (std::size_t i = 0; i < kMostPieces; ++i) CHECK(pieces[i].ok == (i % 3 != 1));
    Piece one{pages.address(kPage), out[0], 16};
    CHECK(safe_read_pieces(&one, 1));
    CHECK_FALSE(one.ok);
}

TEST_CASE("where the kernel does not let us ask, nothing is read and that is said") {
    g_pid = -1;  // no such process
    char byte = 'x', out = 'y';
    Piece piece{reinterpret_cast<std::uintptr_t>(&byte), &out, 1};
    CHECK_FALSE(safe_read_pieces(&piece, 1));
    CHECK_FALSE(piece.ok);
    g_pid = getpid();
}

TEST_CASE("a string is read up to its end, and not a byte further") {
    Pages pages;
    char out[32];
    std::memcpy(pages.at(kPage - 6), "hello", 6);  // the last byte that can be read ends it
    CHECK(safe_read_string(pages.address(kPage - 6), out, sizeof(out)) == 5);
    CHECK(std::string(out) == "hello");
    pages.at(kPage - 1)[0] = '!';
    CHECK(safe_read_string(pages.address(kPage - 6), out, sizeof(out)) == 0);
    CHECK(safe_read_string(pages.address(0), out, sizeof(out)) == sizeof(out) - 1);  // cut
    CHECK(out[sizeof(out) - 1] == 0);
}

TEST_CASE("a stretch of memory is readable when all of it is") {
    const Pages pages;
    const auto is_readable = [](std::uintptr_t address, std::size_t bytes) {
        const Stretch stretch{address, bytes};
        return are_readable(&stretch, 1);
    };
    CHECK(is_readable(pages.address(0), kPage));
    CHECK(is_readable(pages.address(kPage - 1), 1));
    CHECK(is_readable(pages.address(kPage), 0));
    CHECK_FALSE(is_readable(pages.address(kPage - 1), 2));
    CHECK_FALSE(is_readable(pages.address(10), 2 * kPage + 10));
    CHECK_FALSE(is_readable(~std::uintptr_t{0} - 10, 100));
    const std::vector<char> large(40 * kPage);
    CHECK(is_readable(reinterpret_cast<std::uintptr_t>(large.data()), large.size()));
    const Stretch both[] = {{pages.address(0), 8}, {pages.address(2 * kPage), 8}};
    const Stretch third[] = {both[0], both[1], {pages.address(kPage + 8), 1}};
    CHECK(are_readable(both, 2));
    CHECK_FALSE(are_readable(third, 3));
}

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "base/fd.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <type_traits>

#include "support/catch.h"
#include "support/temporary_folder.h"

using ftscale::base::Fd;

namespace {

int open_null() {
    const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    return fd;
}
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

}  // namespace

static_assert(!std::is_copy_constructible_v<Fd> && !std::is_copy_assignable_v<Fd>);

TEST_CASE("a descriptor is closed once, when its owner goes") {
    const int number = open_null();
    {
        const Fd fd(number);
        CHECK(fd.is_open());
        CHECK(fd.get() == number);
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("moving hands the descriptor over") {
    const int number = open_null();
    Fd from(number);
    Fd to(std::move(from));
    CHECK_FALSE(from.is_open());  // NOLINT: that is the point
    CHECK(to.get() == number);
    CHECK(is_open(number));
}

TEST_CASE("moving into an owner closes what it had") {
    const int old = open_null(), fresh = open_null();
    Fd to(old);
    to = Fd(fresh);
    CHECK_FALSE(is_open(old));
    CHECK(to.get() == fresh);
    Fd& itself = to;
    to = std::move(itself);
    CHECK(is_open(fresh));
    to.reset();
    CHECK_FALSE(is_open(fresh));
    CHECK_FALSE(to.is_open());
    to.reset();
}

TEST_CASE("only regular files are opened for reading") {
    const ftscale::tests::TemporaryFolder folder;
    const auto file = folder.write("file", std::string_view("x"));
    CHECK(ftscale::base::open_regular_file(file.string()).is_open());
    REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
    CHECK_FALSE(ftscale::base::open_regular_file((folder / "fifo").string()).is_open());
    CHECK_FALSE(ftscale::base::open_regular_file("/dev/zero").is_open());
    CHECK_FALSE(ftscale::base::open_regular_file(folder.path().string()).is_open());
    CHECK_FALSE(ftscale::base::open_regular_file((folder / "absent").string()).is_open());
}

TEST_CASE("an owner of nothing closes nothing") { CHECK_FALSE(Fd().is_open()); }

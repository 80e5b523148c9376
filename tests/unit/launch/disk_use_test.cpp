// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/disk_use.h"

#include <limits>

#include "base/error.h"
#include "support/catch.h"

namespace ftscale::launch {
namespace {

TEST_CASE("sizes are numbers with the units people use") {
    CHECK(parse_size("0") == 0);
    CHECK(parse_size("1000000") == 1'000'000);
    CHECK(parse_size("64K") == 64 * kKiB);
    CHECK(parse_size("64KiB") == 64 * kKiB);
    CHECK(parse_size("500m") == 500 * kMiB);
    CHECK(parse_size("2G") == 2 * kGiB);
    CHECK(parse_size("1.5gb") == 3 * kGiB / 2);
    CHECK(parse_size("1T") == 1024 * kGiB);
    CHECK(parse_size("12b") == 12);
    for (const char* text :
         {"", "G", "-1", "2X", "2 G", "2Gi b", "1e9", "0x10", "nan", "inf", "99999999T", "0.1", "2GG", "+1", ".5G"}) {
        INFO(text);
        CHECK_THROWS_AS(parse_size(text), base::Error);
    }
}

TEST_CASE("sizes are said in the largest unit that fits") {
    CHECK(describe_size(900) == "900 bytes");
    CHECK(describe_size(16 * kMiB) == "16 MiB");
    CHECK(describe_size(3 * kGiB / 2) == "1.5 GiB");
}

DiskShare share(std::uint64_t max, std::uint64_t used, std::uint64_t threads, std::uint64_t to_come) {
    return {max, used, std::numeric_limits<std::uint64_t>::max(), threads, to_come};
}

TEST_CASE("a run's allowance is its part, by threads, of what is left") {
    CHECK(run_allowance(share(2 * kGiB, 0, 1, 8)) == 256 * kMiB);
    CHECK(run_allowance(share(2 * kGiB, 0, 4, 8)) == kGiB);
    CHECK(run_allowance(share(2 * kGiB, kGiB, 1, 4)) == 256 * kMiB);
    CHECK(run_allowance(share(2 * kGiB, kGiB, 4, 4)) == kGiB);
    CHECK(run_allowance(share(2 * kGiB, kGiB, 4, 0)) == kGiB);
    CHECK(run_allowance(share(1'000'000'000'000'000'000, 0, 4096, 8192)) == 500'000'000'000'000'000);
}

TEST_CASE("without a bound there is none; with none left there is a little") {
    CHECK(run_allowance(share(0, 5 * kGiB, 1, 8)) == 0);
    CHECK(run_allowance(share(kGiB, kGiB, 2, 8)) == 2 * kLeastPerThread);
    CHECK(run_allowance(share(kGiB, 5 * kGiB, 2, 8)) == 2 * kLeastPerThread);
}

TEST_CASE("what all runs take stays within the bound, whatever each leaves") {
    for (const double eagerness : {1.0, 0.5, 0.01}) {
        std::uint64_t used = 0, to_come = 0;
        const std::uint64_t threads[] = {4, 1, 2, 4, 4, 2, 1};
        for (const std::uint64_t count : threads) to_come += count;
        for (const std::uint64_t count : threads) {
            const std::uint64_t allowance = run_allowance(share(kGiB, used, count, to_come));
            used += static_cast<std::uint64_t>(eagerness * static_cast<double>(allowance));
            to_come -= count;
        }
        CHECK(used <= kGiB);
        if (eagerness == 1.0) CHECK(used > kGiB - kMiB);
    }
}

TEST_CASE("where the disk is smaller than the bound the disk is the bound") {
    DiskShare small = share(2 * kGiB, 0, 1, 4);
    small.free_bytes = kLeastFree + 400 * kMiB;
    CHECK(run_allowance(small) == 100 * kMiB);
    small.free_bytes = kMiB;
    CHECK(run_allowance(small) == kLeastPerThread);
}

TEST_CASE("too little room is refused, little room is said") {
    CHECK_THROWS_AS(check_room(kLeastFree - 1, 0), base::Error);
    CHECK(check_room(kLeastFree, 0).empty());
    CHECK_THAT(check_room(2 * kGiB, 2 * kGiB), ContainsSubstring("2 GiB free") && ContainsSubstring("--max-size"));
    CHECK(check_room(2 * kGiB + packed_estimate(2 * kGiB), 2 * kGiB).empty());
    CHECK(packed_estimate(3 * kGiB) > kGiB);
}

TEST_CASE("free space is that of the file system") {
    CHECK(find_free_bytes("/tmp").has_value());
    CHECK_FALSE(find_free_bytes("/nowhere/at/all"));
}

}  // namespace
}  // namespace ftscale::launch

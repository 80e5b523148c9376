// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Tests that hold whatever the noise is like, as they look at the order of values alone: exact for any number of them,
// so with few they say that nothing can be told.
#pragma once

#include <cstddef>
#include <span>

namespace ftscale::model {

/// How likely it is by chance that the `lower` lie as far below the `others`, or farther, were both of one kind: the
/// exact rank-sum test, one-sided (Mann and Whitney, Ann. Math. Statist. 18, 1947). Ties speak for chance.
double rank_sum_p(std::span<const double> lower, std::span<const double> others);
/// The least that test can say of so many values: all of one kind below all of the other.
double least_rank_sum_p(std::size_t count, std::size_t others);

/// How likely it is by chance that so few of the values reach the bound, were it their median: the sign test.
double sign_p(std::span<const double> values, double bound);
double least_sign_p(std::size_t count);

}  // namespace ftscale::model

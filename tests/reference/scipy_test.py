#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Fits, intervals and tests against SciPy's, on seeded curves. usage: scipy_test.py MODEL_FIGURES [unittest arguments]"""
import json
import math
import subprocess
import sys
import unittest

try:
    import numpy
    from scipy import optimize, stats
except ImportError:
    print("skipped: no SciPy")
    sys.exit(77)

program = None
THREADS = [1, 2, 4, 8, 16, 32]
UNSEEN = [12, 64]


def figures(asked):
    """The model room's answers to a list of questions."""
    lines = "".join(json.dumps(question) + "\n" for question in asked)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def usl(n, sigma, kappa):
    return n / (1 + sigma * (n - 1) + kappa * n * (n - 1))


class Curve:
    """Times with noise about the law, and SciPy's fit of their logarithms, with a free term for each repeat."""

    def __init__(self, random, sigma, kappa, repeats):
        self.threads = numpy.array(THREADS)
        mood = random.normal(0, 0.1, (repeats, 1))
        self.times = numpy.exp(mood + random.normal(0, 0.02, (repeats, len(THREADS)))) / usl(self.threads, sigma, kappa)
        self.repeat = numpy.repeat(numpy.arange(repeats), len(THREADS))

    def question(self):
        return {"what": "fits", "threads": THREADS, "repeats_s": self.times.tolist(), "predict": UNSEEN}

    def fit(self, has_kappa):
        coefficients = 2 if has_kappa else 1
        repeats = len(self.times)
        all_threads = numpy.tile(self.threads, repeats)

        def law(_, *values):
            sigma, kappa = values[0], values[1] if has_kappa else 0
            return numpy.array(values[coefficients:])[self.repeat] - numpy.log(usl(all_threads, sigma, kappa))

        start = [0.1, 0.01][:coefficients] + [0.0] * repeats
        values, covariance = optimize.curve_fit(law, numpy.zeros(len(all_threads)), numpy.log(self.times).ravel(), p0=start, xtol=1e-14, ftol=1e-14)
        return values[:coefficients], covariance[:coefficients, :coefficients], len(all_threads) - len(values)


class Fits(unittest.TestCase):
    def assert_close(self, ours, theirs, tolerance=1e-4):
        numpy.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=1e-7)

    def curves(self):
        random = numpy.random.default_rng(2007)
        return [Curve(random, sigma, kappa, repeats) for sigma, kappa in ((0.05, 0.002), (0.3, 0.01), (0.02, 0.0005)) for repeats in (1, 3, 10)]

    def test_usl(self):
        curves = self.curves()
        for curve, ours in zip(curves, figures([curve.question() for curve in curves])):
            (sigma, kappa), covariance, degrees = curve.fit(has_kappa=True)
            half = stats.t.ppf(0.975, degrees) * numpy.sqrt(numpy.diag(covariance))
            ours = ours["usl"]
            self.assert_close([ours["sigma"], ours["kappa"]], [sigma, kappa])
            self.assert_close(ours["sigma_ci95"], [max(0, sigma - half[0]), sigma + half[0]], 1e-3)
            self.assert_close(ours["kappa_ci95"], [max(0, kappa - half[1]), kappa + half[1]], 1e-3)
            for n, predicted in zip(UNSEEN, ours["predictions"]):
                gradient = numpy.array([n - 1, n * (n - 1)]) * usl(n, sigma, kappa) / n
                reach = stats.t.ppf(0.975, degrees) * numpy.sqrt(gradient @ covariance @ gradient)
                self.assert_close(predicted["speedup"], usl(n, sigma, kappa))
                self.assert_close(predicted["ci95"], usl(n, sigma, kappa) * numpy.exp([-reach, reach]), 1e-3)

    def test_amdahl(self):
        curves = self.curves()
        for curve, ours in zip(curves, figures([curve.question() for curve in curves])):
            (serial,), covariance, degrees = curve.fit(has_kappa=False)
            half = stats.t.ppf(0.975, degrees) * numpy.sqrt(covariance[0, 0])
            ours = ours["amdahl"]
            self.assert_close(ours["serial_fraction"], min(1, serial))
            self.assert_close(ours["ci95"], numpy.clip([serial - half, serial + half], 0, 1), 1e-3)


class Tests(unittest.TestCase):
    def test_the_fastest_runs_are_compared_by_their_trimmed_means(self):
        random = numpy.random.default_rng(1974)
        single, times = numpy.exp(random.normal(0.7, 0.05, 16)), numpy.exp(random.normal(0, 0.05, 12))
        ours, = figures([{"what": "comparison", "single_s": single.tolist(), "times_s": times.tolist()}])
        means, variances, degrees = [], [], []
        for values in (numpy.log(single), numpy.log(times)):
            kept = math.ceil(len(values) / 4)
            cut = (0, 1 - kept / len(values))
            means.append(float(stats.mstats.trimmed_mean(values, limits=cut)))
            # SciPy's error, with h (h - 1) for the h values kept in the place of h^2 (n - 1) / n: Yuen's.
            scale = (len(values) - 1) * kept / (len(values) * (kept - 1))
            winsorised = numpy.std(stats.mstats.winsorize(values, limits=cut), ddof=1)
            variances.append(winsorised**2 * len(values) / kept**2 * scale)
            degrees.append(kept - 1)
        variance = sum(variances)
        welch = variance**2 / sum(v**2 / d for v, d in zip(variances, degrees))
        self.assertAlmostEqual(ours["mean"], means[0] - means[1], places=9)
        self.assertAlmostEqual(ours["standard_error"], math.sqrt(variance), places=9)
        self.assertAlmostEqual(ours["degrees_of_freedom"], welch, places=6)
        self.assertAlmostEqual(ours["p_below_2"], stats.t.cdf((ours["mean"] - math.log(2)) / math.sqrt(variance), welch), places=9)

    def test_ranks_are_exact(self):
        random = numpy.random.default_rng(1947)
        for few, many in ((3, 40), (5, 5), (10, 10), (7, 19), (19, 19), (18, 200)):
            for shift in (0, 0.5, 1, 2):
                lower, others = random.normal(-shift, 1, few), random.normal(0, 1, many)
                ours, = figures([{"what": "rank_sum", "lower": lower.tolist(), "others": others.tolist()}])
                exact = stats.mannwhitneyu(lower, others, alternative="less", method="exact").pvalue
                if exact < 0.45:
                    numpy.testing.assert_allclose(ours, exact, rtol=1e-9)
                else:
                    self.assertGreaterEqual(ours, 0.45)  # nothing speaks against chance: how little is not worked out
        ours, = figures([{"what": "signs", "values": list(range(12)), "bound": 9.5}])
        self.assertAlmostEqual(ours, stats.binomtest(2, 12, alternative="less").pvalue, places=12)

    def test_holm(self):
        p_values = [0.01, 0.04, 0.03, 0.005]
        ours, = figures([{"what": "holm", "p_values": p_values}])
        numpy.testing.assert_allclose(ours, [0.03, 0.06, 0.06, 0.02])

    def test_bootstrap_intervals_are_those_of_scipys_within_their_own_noise(self):
        random = numpy.random.default_rng(1979)
        times = 0.45 + 0.1 * numpy.exp(random.normal(0, 0.5, 40))
        ours, = figures([{"what": "time_ci95", "times_s": times.tolist()}])
        theirs = stats.bootstrap((times,), numpy.mean, method="BCa", n_resamples=9999, random_state=1).confidence_interval
        width = theirs.high - theirs.low
        self.assertAlmostEqual(ours[0], theirs.low, delta=0.2 * width)
        self.assertAlmostEqual(ours[1], theirs.high, delta=0.2 * width)

    def test_few_repeats_have_students_interval_of_the_logarithm(self):
        times = [1.0, 1.1, 0.95]
        ours, = figures([{"what": "time_ci95", "times_s": times}])
        reach = stats.t.ppf(0.975, 2) * stats.sem(times) / numpy.mean(times)
        numpy.testing.assert_allclose(ours, numpy.mean(times) * numpy.exp([-reach, reach]))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = sys.argv.pop(1)
    unittest.main(verbosity=2)

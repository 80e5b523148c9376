// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Seeded noise about a curve that is known, and how often intervals hold what is true of it.
#pragma once

#include <cmath>
#include <optional>
#include <random>
#include <vector>

#include "model/scaling_curve.h"
#include "model/statistics.h"

/// Normal by twelve uniforms: the same on every platform, and normal enough up to three deviations.
class Noise {
  public:
    explicit Noise(unsigned seed) : random_(seed) {}
    double next() {
        double sum = -6;
        for (int i = 0; i < 12; ++i) sum += static_cast<double>(random_()) / 4294967296.0;
        return sum;
    }
    bool one_in(unsigned count) { return random_() % count == 0; }

  private:
    std::mt19937 random_;
};

/// Each run's time is off by some 2 %, and each repeat's by some 10 % more, all its runs alike.
class NoisyCurves {
  public:
    explicit NoisyCurves(unsigned seed) : noise_(seed) {}

    ftscale::model::ScalingCurve around(const ftscale::model::ScalingCurve& truth, int repeats) {
        ftscale::model::ScalingCurve noisy{truth.threads, {}};
        for (int i = 0; i < repeats; ++i) {
            std::vector<double> times = truth.repeats_s.front();
            const double mood = 0.1 * noise_.next();
            for (double& time_s : times) time_s *= std::exp(mood + 0.02 * noise_.next());
            noisy.repeats_s.push_back(std::move(times));
        }
        return noisy;
    }

  private:
    Noise noise_;
};

/// How often an interval held the truth.
class Coverage {
  public:
    void count(const std::optional<ftscale::model::Interval>& interval, double truth) {
        ++trials_;
        held_ += interval && interval->first <= truth && truth <= interval->second;
    }
    double share() const { return static_cast<double>(held_) / trials_; }
    bool is_near_95() const { return share() >= 0.93 && share() <= 0.97; }

  private:
    int trials_ = 0, held_ = 0;
};

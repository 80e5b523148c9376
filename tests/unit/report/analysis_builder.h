// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Analyses without a recording: each run says what its time went into, and losses, speed-ups and rows follow.
//
//     AnalysisBuilder builder("shared_list.py");
//     builder.run(1, {0.81, 0.80}).rest(Category::Work, append);
//     builder.run(2, {0.62, 0.61}).spends(Category::LockWait, 0.4, append).rest(Category::Work, append);
//     Analysis analysis = builder.finish();
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/analysis.h"

namespace ftscale::tests {

using account::Category;
using analysis::Analysis;
using analysis::Place;

class RunBuilder {
  public:
    RunBuilder(int threads, std::vector<double> walls_s);
    RunBuilder& spends(Category category, double seconds, const Place& place);
    /// What is left of the capacity.
    RunBuilder& rest(Category category, const Place& place);
    /// Time of a Python function that a native one worked: a row of its own, outside the sums.
    RunBuilder& natively(Category category, double seconds, const Place& place);
    RunBuilder& lock(analysis::Lock lock);
    /// All of its time is taken to be lost.
    RunBuilder& object(analysis::Object object);
    RunBuilder& pause(analysis::Pause pause);
    RunBuilder& collections(analysis::CollectionRow row);
    RunBuilder& thread(const std::string& name, const std::vector<std::pair<Category, double>>& times);
    /// Of a function; the run's are the sums of those of Python functions. `in_work`: the part of it in work.
    RunBuilder& counts(const Place& place, const analysis::Counts& counts, double in_work = 1);
    /// Of the thread told last.
    RunBuilder& thread_counts(const analysis::Counts& counts);
    RunBuilder& process_counts(const analysis::Counts& counts);
    /// {load balance, serialisation, transfer} and {instructions, IPC, clock}, or computation alone.
    RunBuilder& efficiency(const std::array<double, 3>& parallel, const std::array<double, 3>& computation);
    RunBuilder& efficiency(const std::array<double, 3>& parallel, double computation);
    /// Shares of work's loss; what is left is a lower clock.
    RunBuilder& work_split(double more_instructions, double lower_ipc);
    analysis::Point& point() { return point_; }

  private:
    friend class AnalysisBuilder;
    analysis::Function& row(const Place& place);

    analysis::Point point_;
    analysis::RunResult result_;
    std::optional<std::pair<double, double>> split_shares_;
};

class AnalysisBuilder {
  public:
    explicit AnalysisBuilder(std::vector<std::string> argv);
    RunBuilder& run(int threads, std::vector<double> walls_s);
    Analysis& analysis() { return analysis_; }
    /// The runs told since the last region; they are not part of the whole.
    void end_region(const std::string& name);
    Analysis finish();

  private:
    analysis::RegionResult take_runs();
    void add_losses(analysis::RunResult& run, const RunBuilder& baseline) const;
    bool is_weak() const;

    Analysis analysis_;
    std::deque<RunBuilder> runs_;
};

}  // namespace ftscale::tests

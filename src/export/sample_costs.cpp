// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/sample_costs.h"

#include <algorithm>

#include "export/selection.h"

namespace ftscale::exports {
namespace {

using account::Category;
using analysis::Span;
using analysis::ThreadProfile;

/// Cuts spans at the samples, sample by sample.
class Costing {
  public:
    explicit Costing(const ThreadProfile& thread) : samples_(thread.samples), costs_(thread.samples.size()) {}

    void add(const Span& span) {
        for (double from_s = span.begin_s; from_s < span.end_s;) {
            while (!is_last() && samples_[at_].time_s <= from_s) next_sample();
            const double to_s = is_last() ? span.end_s : std::min(span.end_s, samples_[at_].time_s);
            if (is_on_cpu(span.category)) add_part(span, from_s, to_s);
            from_s = to_s;
        }
    }

    std::vector<SampleCost> take() {
        decide_category();
        return std::move(costs_);
    }

  private:
    bool is_last() const { return at_ + 1 == samples_.size(); }

    void add_part(const Span& span, double from_s, double to_s) {
        costs_[at_].seconds += to_s - from_s;
        if (from_s >= samples_[at_].time_s) return;  // after the last sample, which does not know what it was
        found_in_ = span.category;
        if (span.node == samples_[at_].node) at_own_node_[span.category] += to_s - from_s;
    }

    /// A garbage collection is charged to what triggered it, rather than at the sample's stack: the sample found it
    /// going on.
    void decide_category() {
        Category category = found_in_;
        double most_s = 0;
        for (const Category each : account::kAllCategories)
            if (at_own_node_[each] > most_s) {
                most_s = at_own_node_[each];
                category = each;
            }
        costs_[at_].category = category;
    }

    void next_sample() {
        decide_category();
        ++at_;
        found_in_ = Category::Work;
        at_own_node_ = {};
    }

    const std::vector<analysis::SampleMark>& samples_;
    std::vector<SampleCost> costs_;
    std::size_t at_ = 0;
    Category found_in_ = Category::Work;  // the last state on CPU before the sample
    account::Amounts at_own_node_;
};

}  // namespace

std::vector<SampleCost> cost_samples(const ThreadProfile& thread) {
    if (thread.samples.empty()) return {};
    Costing costing(thread);
    for (const Span& span : thread.spans) costing.add(span);
    return costing.take();
}

}  // namespace ftscale::exports

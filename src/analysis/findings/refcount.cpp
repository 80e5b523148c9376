// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string_view>

#include "analysis/findings/counter_evidence.h"
#include "analysis/findings/findings.h"
#include "analysis/places.h"

namespace ftscale::analysis {
namespace {

using account::Category;

constexpr std::size_t kMostSites = 3;

/// Objects that are alike to a person: of one type and name, counted most in one function.
struct Group {
    std::string type, name;
    double count = 0;
    double lost_cores = 0;
    double refcount_s = 0;
    std::map<Place, double> sites;
};

std::vector<Group> group_objects(const RunResult& run) {
    std::map<std::tuple<std::string, std::string, std::string, std::string>, Group> groups;
    for (const Object& object : run.objects) {
        if (object.lost_cores <= 0 || object.sites.empty()) continue;
        const Place& main = object.sites.front().place;
        Group& group = groups[{object.type, object.name, main.function, main.file}];
        group.type = object.type;
        group.name = object.name;
        group.count += object.count;
        group.lost_cores += object.lost_cores;
        group.refcount_s += object.refcount_s;
        for (const ObjectSite& site : object.sites) group.sites[site.place] += site.refcount_s;
    }
    std::vector<Group> result;
    for (const auto& [key, group] : groups) result.push_back(group);
    return result;
}

std::vector<std::pair<Place, double>> largest_first(const std::map<Place, double>& sites) {
    std::vector<std::pair<Place, double>> rows(sites.begin(), sites.end());
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    return rows;
}

struct Advice {
    std::string_view type;
    std::uint32_t fixed_in;  // the Python version from which on it does not apply; 0: none
    std::string_view text;
};
// From the versions' own change logs: gh-145779 (classmethod, staticmethod), gh-118527 (constants), gh-128691
// (threading.local), gh-127065 (methodcaller), gh-132657 (deferred counting of globals in 3.15).
constexpr std::array<Advice, 20> kAdvice = {{
    {"method", 0,
     "Every call counts the bound method itself: do not share one between threads, but bind it in each "
     "(call = object.method inside the thread's own function)."},
    {"builtin_function_or_method", 0,
     "Every call counts the bound method itself: do not share one between threads, but bind it in each."},
    {"classmethod", kPython3144, "Python 3.14.4 and later look class methods up without counting them."},
    {"staticmethod", kPython3144, "Python 3.14.4 and later look static methods up without counting them."},
    {"function", kPython314, "Python 3.14 counts functions per thread."},
    {"type", kPython314, "Python 3.14 counts classes per thread."},
    {"code", kPython314, "Python 3.14 counts code objects per thread."},
    {"module", 0, "Bind what is used of the module to local names before the loop."},
    {"_thread.lock", 0,
     "Each call of a method of the lock counts the lock object, apart from any waiting: call it less often, "
     "or use a lock per thread or per part of the data."},
    {"_thread.RLock", 0,
     "Each call of a method of the lock counts the lock object, apart from any waiting: call it less often, "
     "or use a lock per thread or per part of the data."},
    {"operator.methodcaller", kPython314, "Python 3.14 calls it without sharing; until then make one in each thread."},
    {"float", 0,
     "Give each thread numbers of its own (copy the containers and the numbers in them, or compute with an array). If "
     "it is a constant in the code: constants are only free of counting when the module was loaded from its bytecode "
     "file, so let Python write it (PYTHONDONTWRITEBYTECODE)."},
    {"int", 0,
     "Give each thread numbers of its own. If it is a constant in the code: constants are only free of counting when "
     "the module was loaded from its bytecode file, so let Python write it (PYTHONDONTWRITEBYTECODE)."},
    {"str", kPython314,
     "Strings that are no identifiers are counted when they are loaded as constants or globals; Python 3.14 does not "
     "count constants. Until then bind them to local names before the loop, or intern them (sys.intern)."},
    {"str", 0, "Bind the string to a local name before the loop, or intern it (sys.intern)."},
    {"tuple", 0, "Unpack what is needed into local names before the loop, or give each thread a tuple of its own."},
    {"list", 0,
     "Give each thread a copy of the list (and of the lists in it): copying the outer one alone shares the items."},
    {"numpy.ufunc", 0,
     "Each call counts the function itself: make fewer calls on larger arrays (many small ones as the rows of one), or "
     "try a newer NumPy."},
    {"PyCapsule", 0,
     "It is an extension module's own (NumPy's state of errors and its memory handler are), and counted in each call: "
     "make fewer calls that do more each, or try a newer version of the library."},
    {"dict", 0, "Give each thread a copy of the dict, or bind what is read from it to local names before the loop."},
}};

std::string advice_for(const Group& group, std::uint32_t python) {
    for (const Advice& advice : kAdvice)
        if (advice.type == group.type && (advice.fixed_in == 0 || python < advice.fixed_in))
            return std::string(advice.text);
    if (python < kPython315)
        return "Give each thread an object of its own, or read what is needed from the shared one into local names "
               "before the loop. Python 3.15 no longer counts objects that are reached as globals or class attributes.";
    return "Give each thread an object of its own, or read what is needed from the shared one into local names before "
           "the loop.";
}

std::string noun_of(const Group& group) {
    if (!group.name.empty()) return "reference count of the " + group.type + " " + group.name;
    if (group.count < 1.5) return "reference count of " + with_article(group.type) + " object";
    return fmt::format("reference counts of {:.0f} {} objects", group.count, group.type);
}

std::string sites_text(const std::vector<std::pair<Place, double>>& sites) {
    std::string text = "counted by";
    for (std::size_t i = 0; i < sites.size() && i < kMostSites; ++i)
        text += fmt::format("{} {} {:.3f} s", i == 0 ? "" : ",", place_text(sites[i].first), sites[i].second);
    return text;
}

/// What counters say about the functions at these places.
void add_counters(const Evidence& evidence, const std::vector<Place>& places, Finding& finding) {
    std::vector<std::string> texts = contention_texts(evidence, places);
    std::move(texts.begin(), texts.end(), std::back_inserter(finding.evidence));
}

Finding make_finding(const Group& group, const Evidence& evidence) {
    const auto sites = largest_first(group.sites);
    const double all = evidence.lost_cores(Category::Refcount);
    Finding finding;
    finding.rule = "refcount";
    finding.lost_cores = group.lost_cores;
    finding.uncertainty_cores =
        uncertainty_cores(evidence, Category::Refcount) * (all > 0 ? std::min(1.0, group.lost_cores / all) : 1);
    finding.title = fmt::format("{}, which threads share: {} loses {:.2f} cores", noun_of(group),
                                place_text(sites.front().first), group.lost_cores);
    finding.evidence.push_back(ledger_text(evidence, Category::Refcount));
    if (sites.size() > 1) finding.evidence.push_back(sites_text(sites));
    std::vector<Place> places;
    for (const auto& [place, seconds] : sites) places.push_back(place);
    if (std::string natives = share_text(evidence, Category::Refcount, true); !natives.empty())
        finding.evidence.push_back("native functions: " + natives);
    add_counters(evidence, places, finding);
    finding.advice = advice_for(group, evidence.python());
    return finding;
}

/// What is lost to objects too small to stand alone.
Finding rest_finding(double lost_cores, const Function& function, const Evidence& evidence) {
    Finding finding;
    finding.rule = "refcount";
    finding.lost_cores = lost_cores;
    finding.uncertainty_cores = uncertainty_cores(evidence, Category::Refcount);
    finding.title = fmt::format("reference counts of many shared objects take {:.2f} cores, most in {}", lost_cores,
                                function_text(function, Category::Refcount));
    finding.evidence.push_back(ledger_text(evidence, Category::Refcount));
    add_counters(evidence, {function.place}, finding);
    finding.advice =
        "Give each thread objects of its own: copy what is shared before the threads start, or read it into local "
        "names outside of loops.";
    return finding;
}

}  // namespace

std::vector<Finding> refcount_findings(const Evidence& evidence) {
    std::vector<Finding> findings;
    double rest = evidence.lost_cores(Category::Refcount);
    for (const Group& group : group_objects(evidence.run)) {
        if (group.lost_cores < kSmallestFinding) continue;
        findings.push_back(make_finding(group, evidence));
        rest -= group.lost_cores;
    }
    const Function* function = main_function(evidence, Category::Refcount);
    if (function != nullptr && rest >= kSmallestFinding) findings.push_back(rest_finding(rest, *function, evidence));
    return findings;
}

}  // namespace ftscale::analysis

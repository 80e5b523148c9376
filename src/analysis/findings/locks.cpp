// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "account/internal_locks.h"
#include "analysis/findings/findings.h"
#include "analysis/findings/internal_lock_advice.h"
#include "analysis/places.h"

namespace ftscale::analysis {
namespace {

using account::Category;
using account::InternalLock;
using account::LockKind;

constexpr double kHeldLongS =
    1e-3;  // a mean wait above this is about how long the lock is held, not how often it is taken
constexpr std::size_t kMostSides = 3;

InternalLock named_internal_lock(const Lock& lock) {
    return lock.kind == LockKind::Internal ? account::internal_lock_named(lock.type) : InternalLock::None;
}

bool is_rlock(const Lock& lock) { return std::string_view(lock.type).ends_with("RLock"); }

std::string noun_of(const Lock& lock) {
    switch (lock.kind) {
        case LockKind::Object:
            return "lock of " + (lock.name.empty() ? with_article(lock.type) : lock.type + " " + lock.name);
        case LockKind::ThreadingLock:
            return (is_rlock(lock) ? "threading.RLock" : "threading.Lock") + (lock.name.empty() ? "" : " " + lock.name);
        case LockKind::Internal:
            return named_internal_lock(lock) == InternalLock::None ? "internal lock (" + lock.type + ")"
                                                                   : "the interpreter's " + lock.type;
        default:
            return lock.type;
    }
}

struct Advice {
    std::string_view type;  // of the object
    std::string_view text;
};
constexpr std::array<Advice, 9> kObjectAdvice = {{
    {"list", "Let each thread append to a list of its own and join the lists at the end."},
    {"collections.deque", "Give each thread a deque of its own, or hand over batches instead of single items."},
    {"dict", "Give each thread a dict of its own and merge them at the end, or split one by key into several."},
    {"collections.defaultdict",
     "Give each thread a dict of its own and merge them at the end, or split one by key into several."},
    {"set", "Give each thread a set of its own and unite them at the end."},
    {"_random.Random",
     "Use one random.Random() per thread instead of the module's functions, which share one generator."},
    {"random.Random",
     "Use one random.Random() per thread instead of the module's functions, which share one generator."},
    {"Random", "Use one random.Random() per thread instead of the module's functions, which share one generator."},
    {"_queue.SimpleQueue", "Put and get batches instead of single items, or use a queue per worker."},
}};

/// Python 3.13's dict.get() holds the dict's lock, and asks for it again for a value that another thread has made.
bool waits_for_itself(const Lock& lock, std::uint32_t python) {
    return lock.type == "dict" && python < kPython314 && lock.waits < 1 && lock.spin_s > 0;
}

std::string object_advice(const Lock& lock, std::uint32_t python) {
    if (waits_for_itself(lock, python))
        return "Read it by d[key] instead of d.get(key), which in Python 3.13 takes the dict's lock, and waits for "
               "itself "
               "where another thread has made the value; 3.14 does not. Else give each thread a dict of its own.";
    for (const Advice& advice : kObjectAdvice)
        if (advice.type == lock.type) return std::string(advice.text);
    if (lock.type == "cell" && python < kPython314)
        return "Pass the value as an argument or default argument instead of closing over it; Python 3.14 reads "
               "closures without a lock.";
    if (lock.type == "functools._lru_cache_wrapper" && python < kPython314)
        return "Python 3.13 holds this lock while the cached function runs; 3.14 does not. Until then use a cache per "
               "thread.";
    return "Give each thread " + with_article(lock.type) + " of its own, or split it so that threads seldom meet.";
}

std::string advice_for(const Lock& lock, std::uint32_t python) {
    switch (lock.kind) {
        case LockKind::Object:
            return object_advice(lock, python);
        case LockKind::ThreadingLock:
            if (lock.waits > 0 && lock.wait_s / lock.waits >= kHeldLongS)
                return "Hold the lock shorter: do the work outside it and take it only to hand over the result, or use "
                       "several locks.";
            return "Take the lock less often: gather results in each thread and merge them at the end, or use a lock "
                   "per part of the data.";
        case LockKind::Pthread:
            if (lock.type.starts_with("lock of the C library"))
                return "Some functions of the C library have one lock for all threads: random() and rand() guard one "
                       "generator. A newer version of the extension may use one without shared state (random_r); until "
                       "then call it less often.";
            if (lock.type.starts_with("pthread_rwlock") && lock.wait_s < lock.spin_s)
                return "Each reader of such a lock writes to its word, which travels between the cores even where "
                       "nobody waits: make fewer calls that do more each, or try a newer version of the library.";
            return "The lock belongs to a native library: look for a setting or a newer version that shares less "
                   "between threads.";
        default:
            if (const InternalLock named = named_internal_lock(lock); named != InternalLock::None)
                return internal_lock_advice(named, python);
            if (lock.type == "buffered I/O lock")
                return "Write from one thread, or gather output in each thread and write it at once.";
            return "The lock is the interpreter's own: make the call less often in the threads, or try a newer Python.";
    }
}

std::string side_text(const char* label, const std::vector<LockSide>& sides) {
    std::string text = label;
    for (std::size_t i = 0; i < sides.size() && i < kMostSides; ++i)
        text += fmt::format("{} {} {:.3f} s", i == 0 ? "" : ",", place_text(sides[i].place), sides[i].wait_s);
    return text;
}

/// The lock's part in what is not sure about waits and spins.
double uncertainty_of(const Lock& lock, const Evidence& evidence) {
    const RunResult& run = evidence.run;
    const double all_s = run.ledger[Category::Spin] + run.ledger[Category::LockWait];
    const double part = all_s > 0 ? std::min(1.0, (lock.wait_s + lock.spin_s) / all_s) : 1;
    return part *
           std::hypot(uncertainty_cores(evidence, Category::Spin), uncertainty_cores(evidence, Category::LockWait));
}

/// How much of the waiting the function that is named as the holder makes up. Without it the others still wait for each
/// other. Where no holder was seen, the lock itself is all that is named.
double share_of_main_holder(const Lock& lock) {
    double seen_s = 0, main_s = 0;
    for (const LockSide& holder : lock.holders) {
        const Place &place = holder.place, &first = lock.holders.front().place;
        seen_s += holder.wait_s;
        if (place.function == first.function && place.file == first.file) main_s += holder.wait_s;
    }
    return seen_s > 0 ? main_s / seen_s : 1;
}

Finding make_finding(const Lock& lock, const Evidence& evidence) {
    Finding finding;
    finding.rule = "lock";
    finding.lost_cores = lock.lost_cores;
    finding.uncertainty_cores = uncertainty_of(lock, evidence);
    finding.title = noun_of(lock) + ": ";
    if (!lock.waiters.empty()) finding.title += place_text(lock.waiters.front().place) + " ";
    finding.title += fmt::format("waits {:.2f} cores", lock.lost_cores);
    if (!lock.holders.empty()) finding.title += ", made to wait by " + place_text(lock.holders.front().place);
    finding.evidence.push_back(fmt::format(
        "{:.0f} waits a run at {} threads: {:.3f} s waiting, {:.3f} s spinning, over all threads; {:.2f} "
        "±{:.2f} cores",
        lock.waits, evidence.run.threads, lock.wait_s, lock.spin_s, lock.lost_cores, finding.uncertainty_cores));
    if (lock.waiters.size() > 1) finding.evidence.push_back(side_text("waiters:", lock.waiters));
    if (lock.holders.size() > 1) finding.evidence.push_back(side_text("made to wait by:", lock.holders));
    finding.advice = advice_for(lock, evidence.python());
    finding.named_share = share_of_main_holder(lock);
    return finding;
}

}  // namespace

std::vector<Finding> lock_findings(const Evidence& evidence) {
    std::vector<Finding> findings;
    const std::optional<LibraryPool>& pool = evidence.pool;
    for (const Lock& lock : evidence.run.locks) {
        if (pool && is_of_pool(lock, *pool, evidence)) continue;
        const bool is_category_of_its_own = lock.kind == LockKind::Gil || lock.kind == LockKind::StopTheWorld;
        if (!is_category_of_its_own && lock.lost_cores >= kSmallestFinding)
            findings.push_back(make_finding(lock, evidence));
    }
    return findings;
}

}  // namespace ftscale::analysis

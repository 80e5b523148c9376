// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/findings/internal_lock_advice.h"

#include <string_view>

namespace ftscale::analysis {
namespace {

using account::InternalLock;

constexpr std::uint32_t kPython3144 = 0x030e04f0;  // 3.15 has all of its improvements
constexpr std::uint32_t kAnyPython = 0xffffffff;

struct Rule {
    InternalLock lock;
    std::uint32_t before;  // the first version it no longer holds for
    std::string_view text;
};

constexpr std::string_view kFewerThreadStarts =
    "Start threads once and give them much to do, as a ThreadPoolExecutor does, instead of a thread per task.";
constexpr std::string_view kImportBefore =
    "Import before the threads start, at the top of the module, not in functions.";
constexpr std::string_view kFewerCodeObjects =
    "Compile once and keep the code or the function: call compile(), exec() and eval() outside of what the threads "
    "repeat.";
constexpr std::string_view kFewerClasses =
    "Make classes once, outside of what the threads repeat (namedtuple(), dataclasses and type() make classes too).";

// The first that fits counts.
constexpr Rule kRules[] = {
    // gh-145774, gh-145775
    {InternalLock::Type, kPython3144,
     "Attribute lookups take it where the name was made at run time (getattr() with an f-string), for super(), and on "
     "classes that change: pass sys.intern(name), or look the method up once and keep it. From Python 3.14.4 on "
     "lookups do without."},
    {InternalLock::Type, kAnyPython,
     "Making a class or setting an attribute of one takes it: keep what changes in an instance of each thread instead "
     "of in the class, and make classes before the threads start."},
    {InternalLock::TypeCache, kAnyPython,
     "Names made at run time (getattr() with an f-string) push each other out of the cache: pass sys.intern(name), or "
     "look the method up once and keep it."},
    // gh-146041
    {InternalLock::InternedStrings, kPython3144,
     "Intern names once and keep them: sys.intern(), setattr() with a name made at run time and unpickling of objects "
     "take it each time. From Python 3.14.4 on only strings that are new take it."},
    {InternalLock::InternedStrings, kAnyPython,
     "Only strings that are new take it: intern them before the threads start, or do without interning."},
    {InternalLock::MergeQueue, kAnyPython,
     "Threads drop the last of their references to objects that another thread made: let the thread that made an "
     "object drop it, or hand over fewer and larger objects. getattr() with a name made at run time does so too: pass "
     "sys.intern(name)."},
    {InternalLock::ThreadList, kAnyPython, kFewerThreadStarts},
    {InternalLock::Qsbr, kAnyPython, kFewerThreadStarts},
    {InternalLock::ThreadLocalBytecode, kAnyPython, kFewerThreadStarts},
    {InternalLock::DelayedFrees, kAnyPython, kFewerThreadStarts},
    {InternalLock::AsyncioTasks, kAnyPython, kFewerThreadStarts},
    {InternalLock::Import, kAnyPython, kImportBefore},
    {InternalLock::LazyImports, kAnyPython, kImportBefore},
    {InternalLock::Extensions, kAnyPython, kImportBefore},
    {InternalLock::CodeConstants, kAnyPython, kFewerCodeObjects},
    {InternalLock::FunctionVersions, kAnyPython, kFewerCodeObjects},
    {InternalLock::UniqueIds, kAnyPython, kFewerClasses},
    {InternalLock::Descriptors, kAnyPython, kFewerClasses},
    {InternalLock::WeakReferences, kAnyPython,
     "Make weak references once and keep them, and let the threads refer to objects of their own."},
    {InternalLock::Warnings, kAnyPython,
     "Do not warn where threads work: call warnings.warn() once, outside of what they repeat."},
    {InternalLock::CollectionThreshold, kAnyPython, "Keep fewer lists, dicts and instances alive between two steps."},
    {InternalLock::Tracemalloc, kAnyPython, "Measure without tracemalloc: it takes a lock for each allocation."},
};

}  // namespace

std::string internal_lock_advice(InternalLock lock, std::uint32_t python) {
    for (const Rule& rule : kRules)
        if (rule.lock == lock && python < rule.before) return std::string(rule.text);
    return "It is taken " + std::string(account::taken_when(lock)) + ": do so less often in the threads.";
}

}  // namespace ftscale::analysis

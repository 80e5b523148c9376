// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What is said about a lock of the interpreter's own, by lock and by version.
#include "analysis/findings/internal_lock_advice.h"

#include "analysed.h"
#include "support/known_python.h"

namespace ftscale::tests {
namespace {

using account::InternalLock;
using analysis::Analysis;
using analysis::internal_lock_advice;

constexpr std::uint32_t kPython3143 = 0x030e03f0, kPython3144 = 0x030e04f0;

TEST_CASE("lookups of attributes take the type lock up to 3.14.3, changes of classes in every version") {
    CHECK_THAT(internal_lock_advice(InternalLock::Type, kPython3143), ContainsSubstring("sys.intern(name)"));
    CHECK_THAT(internal_lock_advice(InternalLock::Type, kPython3143), ContainsSubstring("From Python 3.14.4"));
    CHECK_THAT(internal_lock_advice(InternalLock::Type, kPython3144), ContainsSubstring("setting an attribute"));
    CHECK_THAT(internal_lock_advice(InternalLock::Type, kPython3144), !ContainsSubstring("3.14.4"));
}

TEST_CASE("from 3.14.4 on strings that are interned already are found without the lock") {
    CHECK_THAT(internal_lock_advice(InternalLock::InternedStrings, kPython3143), ContainsSubstring("3.14.4"));
    CHECK_THAT(internal_lock_advice(InternalLock::InternedStrings, kPython3144),
               ContainsSubstring("strings that are new"));
}

TEST_CASE("locks of one origin share their advice, and one without a rule says what takes it") {
    for (const InternalLock lock : {InternalLock::Qsbr, InternalLock::ThreadList, InternalLock::ThreadLocalBytecode})
        CHECK_THAT(internal_lock_advice(lock, kPython3144), ContainsSubstring("Start threads once"));
    CHECK_THAT(internal_lock_advice(InternalLock::Import, kPython3144), ContainsSubstring("Import before"));
    CHECK_THAT(internal_lock_advice(InternalLock::PendingCalls, kPython3144),
               ContainsSubstring("It is taken when a call is scheduled"));
}

//  n=1 |==========|     n=2  a |=====LLLLL|   waits 50 for the type lock
//                            b |==========|
TEST_CASE("a named lock of the interpreter's own is the finding, where the table knows the interpreter") {
    for (const bool is_known : {true, false}) {
        Story story;
        const StackId f = story.python("f", "/app.py", 5);
        const StackId lookup = story.native("_PyType_LookupRef", f);
        story.run(1, 100).thread("w").works(100, f);
        RunStory& two = story.run(2, 100);
        format::ProcessBegin& facts = two.process().facts;
        facts = facts_of(python_31315(), facts.runtime_address);
        if (!is_known) facts.python_version += 0x10000;
        StoryLock lock;
        lock.lock_address = facts.interpreter_address + python_31315().type;
        ThreadStory& b = two.thread("b").works(100, f);
        two.thread("a").works(50, f).waits(50, lock, lookup, &b, f);
        const Analysis analysis = analysed(story);
        const auto found = std::find_if(analysis.findings.begin(), analysis.findings.end(),
                                        [](const auto& finding) { return finding.rule == "lock"; });
        REQUIRE(found != analysis.findings.end());
        CHECK_THAT(found->title,
                   ContainsSubstring(is_known ? "the interpreter's type lock: f (app.py:5) waits 0.50 cores"
                                              : "internal lock (runtime mutex in _PyType_LookupRef"));
        CHECK_THAT(found->advice, ContainsSubstring(is_known ? "sys.intern(name)" : "newer Python"));
    }
}

}  // namespace
}  // namespace ftscale::tests

// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/internal_locks.h"

#include <set>

#include "accounted.h"
#include "support/catch.h"
#include "support/known_python.h"

namespace ftscale::tests {
namespace {

using account::InternalLock;
using account::InternalLockRow;
using account::InternalLocks;

constexpr std::uint64_t kRuntime = 0x5500000000;

InternalLock lock_at(const format::ProcessBegin& facts, std::uint64_t offset) {
    const auto found = InternalLocks(facts).find(facts.runtime_address + offset);
    return found ? found->lock : InternalLock::None;
}

TEST_CASE("locks of the runtime and of the main interpreter in it are known by their address") {
    const format::ProcessBegin facts = facts_of(python_31315(), kRuntime);
    CHECK(InternalLocks(facts).is_known());
    CHECK(lock_at(facts, 624) == InternalLock::ThreadList);
    CHECK(lock_at(facts, 308920) == InternalLock::Type);
    CHECK(lock_at(facts, 112768 + 7848) == InternalLock::Gil);
    CHECK(lock_at(facts, 10364) == InternalLock::StopTheWorld);
    CHECK(lock_at(facts, 625) == InternalLock::None);
    CHECK(lock_at(facts, 0) == InternalLock::None);
    CHECK_FALSE(InternalLocks(facts).find(kRuntime - 1));
    CHECK_FALSE(InternalLocks(facts).find(kRuntime + facts.runtime_size + 624));
}

TEST_CASE("a lock in stripes is one lock") {
    const format::ProcessBegin facts = facts_of(python_31315(), kRuntime);
    const std::uint64_t first = kRuntime + 112768 + 17304;
    const InternalLocks locks(facts);
    REQUIRE(locks.find(first + 126));
    CHECK(locks.find(first + 126)->lock == InternalLock::WeakReferences);
    CHECK(locks.find(first + 126)->address == first);
    CHECK_FALSE(locks.find(first + 127));
    CHECK(lock_at(facts, 112768 + 11136 + 256 * 24) == InternalLock::MergeQueue);
}

TEST_CASE("an interpreter that differs in anything from the table's is not known") {
    const auto is_known = [](auto change) {
        format::ProcessBegin facts = facts_of(python_31315(), kRuntime);
        change(facts);
        return InternalLocks(facts).is_known() || InternalLocks(facts).find(kRuntime + 308920);
    };
    CHECK_FALSE(is_known([](auto& facts) { facts.python_version = 0x030d10f0; }));  // 3.13.16: moved, maybe
    CHECK_FALSE(is_known([](auto& facts) { facts.runtime_size += 64; }));
    CHECK_FALSE(is_known([](auto& facts) { facts.interpreter_size += 64; }));
    CHECK_FALSE(is_known([](auto& facts) { facts.thread_state_size += 8; }));
    CHECK_FALSE(is_known([](auto& facts) { facts.interpreter_address += 8; }));
    CHECK_FALSE(is_known([](auto& facts) { facts.runtime_address = 0; }));
    CHECK(is_known([](auto& facts) { facts.interpreter_address = 0; }));  // not known yet when the stream began
}

TEST_CASE("no interpreter fits two rows of the table, and every lock lies inside its owner") {
    const auto rows = account::internal_lock_rows();
    for (const InternalLockRow& row : rows) {
        CHECK(row.first_version <= row.last_version);
        CHECK(row.interpreter + row.interpreter_size == row.runtime_size);
        CHECK(row.unicode_ids < row.interpreter);
        CHECK(row.type < row.interpreter_size);
        for (const InternalLockRow& other : rows) {
            const bool other_version = row.last_version < other.first_version || other.last_version < row.first_version;
            const bool other_architecture = row.interpreter_size != other.interpreter_size;
            CHECK((&row == &other || other_version || other_architecture));
        }
    }
}

TEST_CASE("every lock has a name of its own and a word on what takes it") {
    std::set<std::string_view> names;
    const auto last = static_cast<int>(InternalLock::WeakReferences);
    for (int i = 1; i <= last; ++i) {
        const auto lock = static_cast<InternalLock>(i);
        names.insert(account::name_of(lock));
        CHECK(account::internal_lock_named(account::name_of(lock)) == lock);
        CHECK_FALSE(account::taken_when(lock).empty());
    }
    CHECK(static_cast<int>(names.size()) == last);
    CHECK(account::internal_lock_named("runtime mutex in f") == InternalLock::None);
    CHECK(account::internal_lock_named("") == InternalLock::None);
}

//  a |~~  ~~  ~~|   three spins on the type lock, none of which leads to a wait
TEST_CASE("spins for a lock of the interpreter's own are named though nobody ever waited for it") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId spin = story.native("_PyMutex_LockTimed", f);
    RunStory& run = story.run(1, 100);
    run.process().facts = facts_of(python_31315(), kRuntime);
    ThreadStory& a = run.thread("a");
    for (int i = 0; i < 3; ++i) a.spins(5, kRuntime + 308920, spin).works(5, f);
    a.works(70, f);
    const account::Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].kind == account::LockKind::Internal);
    CHECK(ledger.locks[0].type == "type lock");
    CHECK(ledger.locks[0].spin_s == Approx(0.015));
}

TEST_CASE("spins in the cache of types are a lock by their function") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    ThreadStory& a = run.thread("a");
    for (int i = 0; i < 2; ++i) a.spins(5, 0x7f0000001234, story.native("_PySeqLock_LockWrite", f)).works(5, f);
    a.works(80, f);
    const account::Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].type == "type cache lock");
}

}  // namespace
}  // namespace ftscale::tests

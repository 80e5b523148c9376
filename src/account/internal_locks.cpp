// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/internal_locks.h"

#include <algorithm>
#include <array>

namespace ftscale::account {
namespace {

using Row = InternalLockRow;

enum class Owner : std::uint8_t { Runtime, Interpreter };

struct Place {
    InternalLock lock;
    Owner owner;
    std::uint32_t Row::*offset;
    std::uint32_t size = 1;  // bytes in which an address means this lock
};

// A weak reference's lock is picked by its object's address, a merge queue's by its thread's id: one lock each to
// whoever reads about them. The sizes are checked where the rows are made.
constexpr std::uint32_t kWeakReferenceLocks = 127;
constexpr std::uint32_t kMergeQueueBytes = 257 * 24;

constexpr Place kPlaces[] = {
    {InternalLock::ThreadList, Owner::Runtime, &Row::thread_list},
    {InternalLock::Allocators, Owner::Runtime, &Row::allocators},
    {InternalLock::Extensions, Owner::Runtime, &Row::extensions},
    {InternalLock::PendingCalls, Owner::Runtime, &Row::main_pending_calls},
    {InternalLock::Tracemalloc, Owner::Runtime, &Row::tracemalloc},
    {InternalLock::StopTheWorld, Owner::Runtime, &Row::stop_all},
    {InternalLock::StopTheWorld, Owner::Runtime, &Row::stop_all_mutex},
    {InternalLock::StopTheWorld, Owner::Runtime, &Row::stop_all_event},
    {InternalLock::UnicodeIds, Owner::Runtime, &Row::unicode_ids},
    {InternalLock::PendingCalls, Owner::Interpreter, &Row::pending_calls},
    {InternalLock::CollectionThreshold, Owner::Interpreter, &Row::collection_threshold},
    {InternalLock::LazyImports, Owner::Interpreter, &Row::lazy_imports},
    {InternalLock::Import, Owner::Interpreter, &Row::import},
    {InternalLock::Gil, Owner::Interpreter, &Row::gil_cond},
    {InternalLock::Gil, Owner::Interpreter, &Row::gil_mutex},
    {InternalLock::Gil, Owner::Interpreter, &Row::gil_switch_cond},
    {InternalLock::Gil, Owner::Interpreter, &Row::gil_switch_mutex},
    {InternalLock::Codecs, Owner::Interpreter, &Row::codecs},
    {InternalLock::Warnings, Owner::Interpreter, &Row::warnings},
    {InternalLock::StopTheWorld, Owner::Interpreter, &Row::stop_mutex},
    {InternalLock::StopTheWorld, Owner::Interpreter, &Row::stop_event},
    {InternalLock::Qsbr, Owner::Interpreter, &Row::qsbr},
    {InternalLock::MergeQueue, Owner::Interpreter, &Row::merge_queue, kMergeQueueBytes},
    {InternalLock::UniqueIds, Owner::Interpreter, &Row::unique_ids},
    {InternalLock::WeakReferences, Owner::Interpreter, &Row::weak_references, kWeakReferenceLocks},
    {InternalLock::ThreadLocalBytecode, Owner::Interpreter, &Row::thread_local_bytecode},
    {InternalLock::AsyncioTasks, Owner::Interpreter, &Row::asyncio_tasks},
    {InternalLock::FunctionVersions, Owner::Interpreter, &Row::function_versions},
    {InternalLock::CodeConstants, Owner::Interpreter, &Row::code_constants},
    {InternalLock::DelayedFrees, Owner::Interpreter, &Row::delayed_frees},
    {InternalLock::Type, Owner::Interpreter, &Row::type},
    {InternalLock::InternedStrings, Owner::Interpreter, &Row::interned_strings},
    {InternalLock::Descriptors, Owner::Interpreter, &Row::descriptors},
};

struct Words {
    std::string_view name, taken_when;
};

Words words_of(InternalLock lock) {
    switch (lock) {
        case InternalLock::None:
            return {};
        case InternalLock::Gil:
            return {"GIL", "before a thread runs Python code while the GIL is on"};
        case InternalLock::StopTheWorld:
            return {"stop-the-world lock", "when a thread stops all others"};
        case InternalLock::Allocators:
            return {"allocators lock", "when the memory allocators are exchanged"};
        case InternalLock::AsyncioTasks:
            return {"asyncio tasks lock", "when a thread that ran asyncio tasks ends"};
        case InternalLock::CodeConstants:
            return {"code constants lock", "when a code object is made: by compile(), exec(), eval() and imports"};
        case InternalLock::Codecs:
            return {"codecs lock", "when a search function for codecs is added or removed"};
        case InternalLock::CollectionThreshold:
            return {"collection threshold lock", "when the interpreter puts a garbage collection off"};
        case InternalLock::DelayedFrees:
            return {"delayed frees lock", "when a thread ends with memory to free that others may still read"};
        case InternalLock::Descriptors:
            return {"descriptors lock", "when a class is made"};
        case InternalLock::Extensions:
            return {"extensions lock", "when an extension module is imported"};
        case InternalLock::FunctionVersions:
            return {"function versions lock", "when a code object is made: by compile(), exec(), eval() and imports"};
        case InternalLock::Import:
            return {"import lock", "by imports, and by import statements in functions too"};
        case InternalLock::InternedStrings:
            return {"interned strings lock",
                    "when a string is interned: by sys.intern(), by setattr() with a name made at run time, by "
                    "unpickling"};
        case InternalLock::LazyImports:
            return {"lazy imports lock", "when a lazy import is done or carried out"};
        case InternalLock::MergeQueue:
            return {"merge queue lock", "when a thread drops the last of its references to another thread's object"};
        case InternalLock::PendingCalls:
            return {"pending calls lock", "when a call is scheduled for another thread, and by signals"};
        case InternalLock::Qsbr:
            return {"QSBR lock", "when a thread starts or ends"};
        case InternalLock::ThreadList:
            return {"thread list lock", "when a thread starts or ends, and when the world is stopped"};
        case InternalLock::ThreadLocalBytecode:
            return {"thread-local bytecode lock", "when a thread starts or ends"};
        case InternalLock::Tracemalloc:
            return {"tracemalloc lock", "by each allocation and each free while tracemalloc is on"};
        case InternalLock::Type:
            return {"type lock",
                    "when a class is made or changed, and before Python 3.14.4 when an attribute is not found in the "
                    "cache of types"};
        case InternalLock::TypeCache:
            return {"type cache lock", "when an attribute that was not in the cache of types is put there"};
        case InternalLock::UnicodeIds:
            return {"unicode ids lock", "at the first use of a name in C code"};
        case InternalLock::UniqueIds:
            return {"unique ids lock", "when a class, a module or a code object is made or destroyed"};
        case InternalLock::Warnings:
            return {"warnings lock", "by warnings.warn(), and when the filters of warnings are read or changed"};
        case InternalLock::WeakReferences:
            return {"weak reference lock", "when a weak reference is made, or an object that has one is destroyed"};
    }
    return {};
}

bool fits(const Row& row, const format::ProcessBegin& facts) {
    const bool same_sizes = row.runtime_size == facts.runtime_size && row.interpreter_size == facts.interpreter_size &&
                            row.thread_state_size == facts.thread_state_size;
    const bool is_in_place =
        facts.interpreter_address == 0 || facts.interpreter_address == facts.runtime_address + row.interpreter;
    return row.first_version <= facts.python_version && facts.python_version <= row.last_version && same_sizes &&
           is_in_place && facts.runtime_address != 0;
}

}  // namespace

std::string_view name_of(InternalLock lock) { return words_of(lock).name; }
InternalLock internal_lock_named(std::string_view name) {
    for (auto i = static_cast<std::uint8_t>(InternalLock::WeakReferences); i != 0; --i)
        if (name_of(static_cast<InternalLock>(i)) == name) return static_cast<InternalLock>(i);
    return InternalLock::None;
}
std::string_view taken_when(InternalLock lock) { return words_of(lock).taken_when; }

InternalLocks::InternalLocks(const format::ProcessBegin& facts) : runtime_(facts.runtime_address) {
    const auto rows = internal_lock_rows();
    const auto found = std::find_if(rows.begin(), rows.end(), [&facts](const Row& row) { return fits(row, facts); });
    if (found == rows.end()) return;
    row_ = &*found;
    interpreter_ = runtime_ + row_->interpreter;
}

std::optional<InternalLocks::Found> InternalLocks::find(std::uint64_t address) const {
    // The main interpreter is a part of the runtime.
    if (row_ == nullptr || address < runtime_ || address - runtime_ >= row_->runtime_size) return std::nullopt;
    for (const Place& place : kPlaces) {
        const std::uint32_t offset = row_->*place.offset;
        const std::uint64_t begin = (place.owner == Owner::Runtime ? runtime_ : interpreter_) + offset;
        if (offset != 0 && address >= begin && address - begin < place.size) return Found{place.lock, begin};
    }
    return std::nullopt;
}

}  // namespace ftscale::account

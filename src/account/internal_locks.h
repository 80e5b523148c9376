// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The locks inside CPython's own runtime, by address. They have no names at run time, and where they lie changes
// between micro releases, at times without a change of any size: a name is given only where the interpreter's exact
// version and the sizes it states of itself are those of a row of the table, and never a likely one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "ftscale/recording_format.h"

namespace ftscale::account {

enum class InternalLock : std::uint8_t {
    None,
    // Categories of their own, not locks among others.
    Gil,
    StopTheWorld,
    // In the order of their names below.
    Allocators,
    AsyncioTasks,
    CodeConstants,
    Codecs,
    CollectionThreshold,
    DelayedFrees,
    Descriptors,
    Extensions,
    FunctionVersions,
    Import,
    InternedStrings,
    LazyImports,
    MergeQueue,
    PendingCalls,
    Qsbr,
    ThreadList,
    ThreadLocalBytecode,
    Tracemalloc,
    Type,
    TypeCache,  // not in the table: no lock to block on, only to spin for
    UnicodeIds,
    UniqueIds,
    Warnings,
    WeakReferences,  // the last
};

/// "type lock".
std::string_view name_of(InternalLock lock);
/// The lock so called; None where it is none of them.
InternalLock internal_lock_named(std::string_view name);
/// What takes it: ends a sentence that begins with "It is taken".
std::string_view taken_when(InternalLock lock);

/// Where one interpreter keeps its locks, for the versions from first to last. Printed by scripts/list-internal-locks.
struct InternalLockRow {
    std::uint32_t first_version = 0, last_version = 0;  // PY_VERSION_HEX
    std::uint32_t runtime_size = 0, interpreter_size = 0, thread_state_size = 0;
    std::uint32_t interpreter = 0;  // the main interpreter within the runtime
    // Within the runtime; 0: no such lock in these versions, here and below.
    std::uint32_t thread_list = 0, allocators = 0, extensions = 0, main_pending_calls = 0, tracemalloc = 0,
                  stop_all = 0, stop_all_mutex = 0, stop_all_event = 0, unicode_ids = 0;
    // Within an interpreter.
    std::uint32_t pending_calls = 0, collection_threshold = 0, lazy_imports = 0, import = 0, gil_cond = 0,
                  gil_mutex = 0, gil_switch_cond = 0, gil_switch_mutex = 0, codecs = 0, warnings = 0, stop_mutex = 0,
                  stop_event = 0, qsbr = 0, merge_queue = 0, unique_ids = 0, weak_references = 0,
                  thread_local_bytecode = 0, asyncio_tasks = 0, function_versions = 0, code_constants = 0,
                  delayed_frees = 0, type = 0, interned_strings = 0, descriptors = 0;
};
std::span<const InternalLockRow> internal_lock_rows();

/// The locks of one process's runtime and main interpreter. A subinterpreter's lie where no record says.
class InternalLocks {
  public:
    struct Found {
        InternalLock lock = InternalLock::None;
        std::uint64_t address = 0;  // where the lock begins: the same for all parts of a striped one
    };

    explicit InternalLocks(const format::ProcessBegin& facts);
    /// Whether the interpreter is one of the table's.
    bool is_known() const { return row_ != nullptr; }
    std::optional<Found> find(std::uint64_t address) const;

  private:
    const InternalLockRow* row_ = nullptr;
    std::uint64_t runtime_ = 0;
    std::uint64_t interpreter_ = 0;
};

}  // namespace ftscale::account

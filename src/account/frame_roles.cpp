// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/frame_roles.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace ftscale::account {
namespace {

using Table = std::unordered_map<std::string_view, FrameRole>;

const Table& native_roles() {
    static const Table kRoles = [] {
        Table table;
        const auto add = [&table](FrameRole role, std::initializer_list<std::string_view> names) {
            for (std::string_view name : names) table.emplace(name, role);
        };
        // The GIL's take_gil and re-attaching a thread stand between a lock and who wanted it, hence machinery too.
        add(FrameRole::LockMachinery, {"sem_wait",
                                       "sem_clockwait",
                                       "sem_timedwait",
                                       "sched_yield",
                                       "__sched_yield",
                                       "_Py_yield",
                                       "PyThread_acquire_lock",
                                       "PyThread_acquire_lock_timed",
                                       "PyThread_acquire_lock_timed_with_retries",
                                       "PyThread_release_lock",
                                       "acquire_timed",
                                       "PyMutex_Unlock",
                                       "_PyMutex_TryUnlock",
                                       "_PyThreadState_Attach",
                                       "_PyThreadState_Detach",
                                       "_PyThreadState_Suspend",
                                       "PyEval_RestoreThread",
                                       "PyEval_SaveThread",
                                       "_PyEval_AcquireLock",
                                       "take_gil",
                                       "drop_gil",
                                       "tstate_wait_attach",
                                       "_PyRWMutex_Lock",
                                       "_PyRWMutex_RLock",
                                       "_PyRWMutex_RUnlock",
                                       "_PyRWMutex_Unlock",
                                       "rwmutex_set_parked_and_wait",
                                       "_PyOnceFlag_CallOnceSlow",
                                       "pthread_cond_wait",
                                       "pthread_cond_timedwait",
                                       "__gthread_mutex_lock"});
        // glibc's own names, and those of what stands in for them in the probe.
        add(FrameRole::PthreadMutex,
            {"pthread_mutex_lock", "pthread_mutex_trylock", "pthread_mutex_unlock", "__pthread_mutex_lock",
             "___pthread_mutex_lock", "__pthread_mutex_trylock", "___pthread_mutex_trylock", "__pthread_mutex_unlock",
             "___pthread_mutex_unlock", "__pthread_mutex_unlock_usercnt"});
        add(FrameRole::PthreadRwlock,
            {"pthread_rwlock_rdlock", "pthread_rwlock_wrlock", "pthread_rwlock_tryrdlock", "pthread_rwlock_trywrlock",
             "pthread_rwlock_unlock", "__pthread_rwlock_rdlock", "___pthread_rwlock_rdlock", "__pthread_rwlock_wrlock",
             "___pthread_rwlock_wrlock", "__pthread_rwlock_tryrdlock", "___pthread_rwlock_tryrdlock",
             "__pthread_rwlock_trywrlock", "___pthread_rwlock_trywrlock", "__pthread_rwlock_unlock",
             "___pthread_rwlock_unlock"});
        add(FrameRole::LibcLock,
            {"__lll_lock_wait_private", "__lll_lock_wait", "__lll_lock_wake_private", "__lll_lock_wake"});
        add(FrameRole::ParkingLot, {"_PySemaphore_Wait", "_PySemaphore_Wakeup", "_PyParkingLot_Park",
                                    "_PyParkingLot_Unpark", "_PyParkingLot_UnparkAll"});
        add(FrameRole::PyMutex, {"_PyMutex_LockTimed", "_PyMutex_LockSlow", "PyMutex_Lock", "_PyRecursiveMutex_Lock",
                                 "_PyRecursiveMutex_LockTimed"});
        add(FrameRole::CriticalSection,
            {"_PyCriticalSection_BeginSlow", "_PyCriticalSection2_BeginSlow", "_PyCriticalSection_Resume",
             "_PyCriticalSection_SuspendAll", "PyCriticalSection_Begin", "PyCriticalSection2_Begin",
             "PyCriticalSection_BeginMutex", "PyCriticalSection_End", "PyCriticalSection2_End"});
        add(FrameRole::RawMutex, {"_PyRawMutex_LockSlow"});
        // The cache of types is all that CPython guards with sequence locks.
        add(FrameRole::TypeCache, {"_PySeqLock_LockWrite", "_PySeqLock_BeginRead", "_PySeqLock_EndRead"});
        add(FrameRole::Event, {"PyEvent_Wait", "PyEvent_WaitTimed", "_PyEvent_Notify"});
        add(FrameRole::StopTheWorld, {"stop_the_world", "start_the_world", "_PyEval_StopTheWorld",
                                      "_PyEval_StopTheWorldAll", "_PyEval_StartTheWorld", "_PyEval_StartTheWorldAll"});
        add(FrameRole::GarbageCollection, {"gc_collect_main", "gc_collect_internal"});
        add(FrameRole::BufferedIo, {"_enter_buffered_busy"});
        add(FrameRole::InterpreterLoop, {"_PyEval_EvalFrameDefault"});
        add(FrameRole::Interning,
            {"intern_common", "_PyUnicode_InternMutable", "_PyUnicode_InternImmortal", "PyUnicode_InternInPlace",
             "PyUnicode_InternFromString", "_PyUnicode_InternInPlace"});
        add(FrameRole::YieldFunction, {"os_sched_yield", "os_sched_yield_impl"});
        add(FrameRole::PoolServer, {"blas_thread_server"});
        return table;
    }();
    return kRoles;
}

FrameRole native_role(std::string_view function) {
    // Compilers append ".cold", ".lto_priv.0", ".constprop.0" to the parts they make of a function.
    const std::string_view base = function.substr(0, function.find('.'));
    if (const auto found = native_roles().find(base); found != native_roles().end()) return found->second;
    if (base.starts_with("_TAIL_CALL_")) return FrameRole::InterpreterLoop;
    if (base.starts_with("lock_PyThread_acquire") || base.starts_with("_thread_lock_")) return FrameRole::PythonLock;
    if (base.starts_with("rlock_") || base.starts_with("_thread_RLock")) return FrameRole::RLock;
    return FrameRole::None;
}

/// The path below the standard library's folder ("threading.py", "concurrent/futures/thread.py"); empty when outside.
/// The folder is called python3.13t and the like, or Lib where the interpreter runs from its build tree.
std::string_view standard_library_path(std::string_view file) {
    for (std::string_view folder : {std::string_view("/python3."), std::string_view("/Lib/")}) {
        const std::size_t at = file.rfind(folder);
        if (at == std::string_view::npos) continue;
        const std::size_t slash = file.find('/', at + 1);
        if (slash != std::string_view::npos) return file.substr(slash + 1);
    }
    return {};
}

/// A function of the standard library that waits for other threads to end, or for what they have worked out.
bool joins(std::string_view path, std::string_view function) {
    using Function = std::pair<std::string_view, std::string_view>;
    static constexpr std::array<Function, 11> kJoins = {{
        {"threading.py", "Thread.join"},
        {"threading.py", "Thread._wait_for_tstate_lock"},
        {"threading.py", "Thread._join_os_thread"},
        {"threading.py", "_shutdown"},
        {"concurrent/futures/_base.py", "Future.result"},
        {"concurrent/futures/_base.py", "Future.exception"},
        {"concurrent/futures/_base.py", "wait"},
        {"concurrent/futures/_base.py", "as_completed"},
        {"multiprocessing/pool.py", "ApplyResult.wait"},
        {"multiprocessing/pool.py", "ApplyResult.get"},
        {"multiprocessing/pool.py", "IMapIterator.next"},
    }};
    return std::find(kJoins.begin(), kJoins.end(), Function{path, function}) != kJoins.end();
}

FrameRole python_role(const symbols::FrameName& name) {
    if (name.file.starts_with("<frozen importlib.")) return FrameRole::Plumbing;
    if (name.file == "<frozen threading>") return FrameRole::Plumbing;
    const std::string_view path = standard_library_path(name.file);
    if (joins(path, name.function)) return FrameRole::Joins;
    if (path == "threading.py") {
        const bool waits = name.function == "Condition.wait" || name.function == "Thread.start";
        return waits ? FrameRole::WaitsForWork : FrameRole::Plumbing;
    }
    const bool plumbing = path == "queue.py" || path.starts_with("concurrent/") || path.starts_with("multiprocessing/");
    return plumbing ? FrameRole::Plumbing : FrameRole::None;
}

/// What stands in for a lock's libc function, whether its own functions have names or not.
bool is_probe(std::string_view file) { return file.substr(file.rfind('/') + 1).starts_with("libftscale_probe"); }

}  // namespace

std::string type_locked_by(const std::string& native_function) {
    using Hint = std::pair<std::string_view, const char*>;
    static constexpr std::array<Hint, 19> kHints = {{
        {"list_", "list"},
        {"PyList_", "list"},
        {"_PyList_", "list"},
        {"dict_", "dict"},
        {"PyDict_", "dict"},
        {"_PyDict_", "dict"},
        {"set_", "set"},
        {"PySet_", "set"},
        {"_PySet_", "set"},
        {"deque_", "collections.deque"},
        {"bytearray_", "bytearray"},
        {"_random_Random_", "_random.Random"},
        {"lru_cache_", "functools._lru_cache_wrapper"},
        {"bounded_lru_cache_", "functools._lru_cache_wrapper"},
        {"_queue_SimpleQueue_", "_queue.SimpleQueue"},
        {"_io_TextIOWrapper_", "_io.TextIOWrapper"},
        {"_io_StringIO_", "_io.StringIO"},
        {"_io_BytesIO_", "_io.BytesIO"},
        {"PyCell_", "cell"},
    }};
    for (const auto& [prefix, type] : kHints)
        if (native_function.starts_with(prefix)) return type;
    return kUnknownType;
}

namespace {

/// By the shared object: wheels carry these without names of functions, and with a hash in their own.
FrameRole role_of_library(std::string_view file) {
    const std::string_view name = file.substr(file.rfind('/') + 1);
    if (is_probe(file)) return FrameRole::LockMachinery;
    for (const std::string_view runtime : {"libgomp", "libomp", "libiomp5", "libtbb"})
        if (name.starts_with(runtime)) return FrameRole::PoolRuntime;
    for (const std::string_view library : {"libc.so", "libc-", "libpthread", "ld-linux", "linux-vdso"})
        if (name.starts_with(library)) return FrameRole::CLibrary;
    return FrameRole::None;
}

}  // namespace

FrameRole role_of(const symbols::FrameName& name) {
    if (name.python) return python_role(name);
    const FrameRole role = native_role(name.function);
    return role == FrameRole::None ? role_of_library(name.file) : role;
}

}  // namespace ftscale::account

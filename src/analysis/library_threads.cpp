// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/library_threads.h"

#include "analysis/places.h"

namespace ftscale::analysis {
namespace {

/// Wheels carry these with a hash in the name: libscipy_openblas64_-32a4b2a6.so.
constexpr KnownPool kKnownPools[] = {
    {"openblas", "OpenBLAS", "OPENBLAS_NUM_THREADS"},
    {"libgomp", "OpenMP (libgomp)", "OMP_NUM_THREADS"},
    {"libomp", "OpenMP (libomp)", "OMP_NUM_THREADS"},
    {"libiomp5", "OpenMP (libiomp5)", "OMP_NUM_THREADS"},
    {"libmkl", "MKL", "MKL_NUM_THREADS"},
    {"libblis", "BLIS", "BLIS_NUM_THREADS"},
    {"libtbb", "oneTBB", "TBB_NUM_THREADS"},
    {"libarrow", "Arrow", "OMP_NUM_THREADS"},
    {"polars", "Polars", "POLARS_MAX_THREADS"},
    {"numexpr", "NumExpr", "NUMEXPR_NUM_THREADS"},
};

/// All threads of Python begin in the same function of the interpreter, and all of C++ in one of its library.
bool starts_all_threads(const std::string& path) {
    const std::string name = base_name(path);
    return name.starts_with("python") || name.starts_with("libpython") || name.starts_with("libstdc++") ||
           name.starts_with("libc++");
}

}  // namespace

const KnownPool* known_pool(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    for (const KnownPool& pool : kKnownPools)
        if (name.find(pool.file) != std::string_view::npos) return &pool;
    return nullptr;
}

const KnownPool* known_pool_called(std::string_view library) {
    for (const KnownPool& pool : kKnownPools)
        if (library == pool.library) return &pool;
    return nullptr;
}

ThreadRow thread_row(const account::ThreadLedger& thread, const account::Sites& sites) {
    ThreadRow row{thread.name, {}, thread.tid, thread.amounts, {}};
    if (!thread.start_routine) return row;
    const symbols::FrameName& routine = sites.name(*thread.start_routine);
    if (starts_all_threads(routine.file)) return row;
    row.name = routine.function;
    if (const KnownPool* pool = known_pool(routine.file)) row.library = pool->library;
    return row;
}

}  // namespace ftscale::analysis

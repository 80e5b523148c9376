// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/findings/library_pools.h"

#include <map>
#include <string_view>

#include "analysis/functions.h"

namespace ftscale::analysis {
namespace {

using account::Category;

constexpr double kTrace = 0.02;  // of all cores

struct KnownPool {
    std::string_view file;  // part of the shared object's name
    const char* library;
    const char* variable;
};

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

const KnownPool* pool_of(const Function& function) {
    if (!function.outside_python || !is_ledger_row(function)) return nullptr;
    const std::string_view path = function.place.file;
    const std::string_view name = path.substr(path.rfind('/') + 1);
    for (const KnownPool& pool : kKnownPools)
        if (name.find(pool.file) != std::string_view::npos) return &pool;
    return nullptr;
}

/// Running, or ready to.
double wanted_s(const Amounts& amounts) {
    return amounts[Category::Work] + amounts[Category::Kernel] + amounts[Category::Spin] + amounts[Category::RunQueue];
}

}  // namespace

std::optional<LibraryPool> find_library_pool(const Evidence& evidence) {
    std::map<const KnownPool*, double> cores;
    for (const Function& function : evidence.run.functions)
        if (const KnownPool* pool = pool_of(function)) cores[pool] += evidence.cores(wanted_s(function.self));
    std::optional<LibraryPool> busiest;
    for (const auto& [pool, wanted] : cores)
        if (wanted > kTrace * evidence.run.threads && (!busiest || wanted > busiest->cores))
            busiest = LibraryPool{pool->library, pool->variable, wanted};
    return busiest;
}

}  // namespace ftscale::analysis

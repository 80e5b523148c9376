# SPDX-License-Identifier: MIT
# Everything comes from the distribution's packages; scripts/setup installs them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(libdw REQUIRED IMPORTED_TARGET libdw)
pkg_check_modules(libelf REQUIRED IMPORTED_TARGET libelf)
find_package(Zydis REQUIRED)
find_package(ZLIB REQUIRED)
# libpfm4 comes without a pkg-config file.
find_path(PFM_INCLUDE_DIR perfmon/pfmlib_perf_event.h REQUIRED)
find_library(PFM_LIBRARY pfm REQUIRED)
add_library(pfm::pfm UNKNOWN IMPORTED)
set_target_properties(pfm::pfm PROPERTIES IMPORTED_LOCATION ${PFM_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${PFM_INCLUDE_DIR})
# Headers alone, without a description for CMake.
find_path(PROTOZERO_INCLUDE_DIR protozero/pbf_builder.hpp REQUIRED)
add_library(protozero::protozero INTERFACE IMPORTED)
set_target_properties(protozero::protozero PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${PROTOZERO_INCLUDE_DIR})
# Its description asks for its shared library; the headers alone do, too, and the tool depends on one library less.
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
add_library(tomlplusplus INTERFACE IMPORTED)
set_target_properties(tomlplusplus PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${TOMLPLUSPLUS_INCLUDE_DIR})

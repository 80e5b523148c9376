# SPDX-License-Identifier: MIT
# Warnings are errors, for the tool, the probe and the tests alike.
add_library(ftscale_warnings INTERFACE)
target_compile_options(ftscale_warnings INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wcast-align -Woverloaded-virtual -Wformat=2 -Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # Without assertions g++ 12 takes nlohmann-json's empty map for an array that is too small.
    target_compile_options(ftscale_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-array-bounds>)
endif()

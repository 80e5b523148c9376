# SPDX-License-Identifier: MIT
# Warnings are errors, for the tool, the probe and the tests alike.
add_library(ftscale_warnings INTERFACE)
target_compile_options(ftscale_warnings INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wcast-align -Woverloaded-virtual -Wformat=2 -Werror>)

# SPDX-License-Identifier: MIT
# ftscale_room(NAME SOURCES files... LINKS libraries...): one static library per folder under src/. The link graph is the picture in
# ARCHITECTURE.md; tests/architecture checks the includes against it.
function(ftscale_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;LINKS" ${ARGN})
    add_library(ftscale_${name} STATIC ${ROOM_SOURCES})
    add_library(ftscale::${name} ALIAS ftscale_${name})
    target_include_directories(ftscale_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
    target_link_libraries(ftscale_${name} PUBLIC ${ROOM_LINKS} PRIVATE ftscale_warnings)
    ftscale_sanitize(ftscale_${name})
endfunction()

# The probe is never sanitized (it lives in somebody else's process); the tool and all tests are.
function(ftscale_sanitize target)
    if(FTSCALE_SANITIZE)
        target_compile_options(${target} PUBLIC -fsanitize=${FTSCALE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
            # With sanitizers g++ 12 takes the standard library's own <regex> for uninitialised.
            target_compile_options(${target} PUBLIC -Wno-maybe-uninitialized)
        endif()
        target_link_options(${target} PUBLIC -fsanitize=${FTSCALE_SANITIZE})
    endif()
endfunction()

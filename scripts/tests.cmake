# How tests are made, and what ctest knows of each.
# SPDX-License-Identifier: MIT

# After so many seconds a test is ended. The limit ends what hangs, and does not judge speed: the
# longest test takes about a minute and a half, but on a machine with a load of 20, where it gets a
# tenth of a CPU, a quarter of an hour.
set(HCHANLAB_TEST_LIMIT_S 1500)

# hchanlab_test(NAME COMMAND...): a ctest; status 77 means "skipped". Its labels are the folders that
# it stands in: core, variants, harness, plots or scripts; and within core/tests, explore or oracle.
# The target <folder>_tests builds the targets of which the command names the program or the file.
function(hchanlab_test name)
    add_test(NAME ${name} COMMAND ${ARGN})
    get_filename_component(all ${CMAKE_CURRENT_SOURCE_DIR} NAME)
    string(APPEND all "_tests")
    if(NOT TARGET ${all})
        add_custom_target(${all})
    endif()
    foreach(word ${ARGN})
        string(REGEX REPLACE "^\\$<TARGET_FILE:(.+)>$" "\\1" target "${word}")
        if(TARGET "${target}")
            add_dependencies(${all} ${target})
        endif()
    endforeach()
    file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
    string(REPLACE "/tests/" ";" labels ${folder})
    # Tests may sweep at the same time (HCHANLAB_LOCK), and on a busy machine (HCHANLAB_PAUSE).
    set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT ${HCHANLAB_TEST_LIMIT_S}
        LABELS "${labels}" ENVIRONMENT "HCHANLAB_LOCK=;HCHANLAB_PAUSE=0")
endfunction()

# hchanlab_tests(libs...): every tests/*_test.c of the calling folder becomes one executable and
# one ctest, linked with cmocka and the libraries named.
function(hchanlab_tests)
    if(NOT CMOCKA_FOUND)
        message(STATUS "cmocka not found: no tests in ${CMAKE_CURRENT_SOURCE_DIR}")
        return()
    endif()
    file(GLOB sources CONFIGURE_DEPENDS tests/*_test.c)
    foreach(source ${sources})
        get_filename_component(name ${source} NAME_WE)
        add_executable(${name} ${source})
        target_link_libraries(${name} PRIVATE house ${ARGN} PkgConfig::CMOCKA)
        target_compile_definitions(${name} PRIVATE SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                                   BINARY_DIR="${PROJECT_BINARY_DIR}")
        hchanlab_test(${name} ${name})
    endforeach()
endfunction()

# hchanlab_slow(tests...): these get the label slow: scripts/test leaves them to scripts/test --all.
function(hchanlab_slow)
    set_property(TEST ${ARGN} APPEND PROPERTY LABELS slow)
endfunction()

# hchanlab_first(tests...): these start before the others, since they take longest. What starts last
# and takes long would run alone in the end.
function(hchanlab_first)
    set_property(TEST ${ARGN} PROPERTY COST 100)
endfunction()

# hchanlab_apart(tests...): nothing runs beside these. They have threads for every CPU, and would slow
# down or spoil what does.
function(hchanlab_apart)
    set_property(TEST ${ARGN} PROPERTY RUN_SERIAL ON)
endfunction()

# The library that others link: libhchan, static and shared, which is core's and variants' code; the
# same for programs that ThreadSanitizer checks, libhchan_race; and libhchan_lines. core/ and variants/
# make their objects by hchan_objects() and hchan_race_objects(); hchan_libraries() makes libraries of
# them. The lab's own programs and the tests link hchan_core and hchan_variants instead,
# which hide nothing.
# SPDX-License-Identifier: MIT

# Rises when a program that was linked before would go wrong: version.h says when.
set(HCHAN_SOVERSION 0)

# Its public symbols: a version script for the linker.
set(HCHAN_MAP ${PROJECT_SOURCE_DIR}/core/libhchan.map)

# Which kinds to build. As CMake has it, BUILD_SHARED_LIBS decides; without it, a part of another
# project is static.
if(DEFINED BUILD_SHARED_LIBS)
    if(BUILD_SHARED_LIBS)
        set(HCHAN_KINDS shared)
    else()
        set(HCHAN_KINDS static)
    endif()
elseif(PROJECT_IS_TOP_LEVEL)
    set(HCHAN_KINDS static shared)
else()
    set(HCHAN_KINDS static)
endif()

# A lab that is instrumented is there to be tested, and its tests link other libraries.
set(HCHAN_ONLY_ON_DEMAND OFF)
if(NOT HCHANLAB_LIBRARY_ONLY AND (HCHANLAB_SANITIZE OR HCHANLAB_COVERAGE))
    set(HCHAN_ONLY_ON_DEMAND ON)
endif()

# For programs that ThreadSanitizer checks: core/README.md. It takes as long to build as the others
# together. Without HCHANLAB_RACE it is built only if something links it.
set(HCHAN_RACE_KNOWN OFF)
if(NOT HCHANLAB_SANITIZE AND NOT HCHANLAB_COVERAGE)
    include(CheckCSourceCompiles)
    set(CMAKE_REQUIRED_FLAGS -fsanitize=thread)
    check_c_source_compiles("#include <sanitizer/tsan_interface.h>
int main(void) { __tsan_acquire((void *)0); return 0; }" HCHAN_TSAN)
    unset(CMAKE_REQUIRED_FLAGS)
    set(HCHAN_RACE_KNOWN ${HCHAN_TSAN})
endif()
set(race OFF)
if(HCHAN_RACE_KNOWN AND HCHANLAB_LIBRARY_ONLY AND PROJECT_IS_TOP_LEVEL)
    set(race ON)
endif()
option(HCHANLAB_RACE "Build and install libhchan_race with everything else; in the lab, and its tests"
    ${race})
if(HCHANLAB_RACE AND NOT HCHAN_RACE_KNOWN)
    message(FATAL_ERROR "HCHANLAB_RACE: not with HCHANLAB_SANITIZE or HCHANLAB_COVERAGE, nor without "
        "ThreadSanitizer (gcc's libtsan, clang's libclang-rt): leave it out, or install that")
endif()

configure_file(core/include/hchan/version.h.in include/hchan/version.h @ONLY)

# All public headers, with whatever they declare made visible outside the shared library. It is
# included before each file of the library, so that no declaration there has to say so.
file(GLOB headers CONFIGURE_DEPENDS core/include/hchan/*.h)
set(visible "#pragma GCC visibility push(default)\n#include <hchan/version.h>\n")
foreach(header ${headers})
    get_filename_component(header ${header} NAME)
    string(APPEND visible "#include <hchan/${header}>\n")
endforeach()
file(CONFIGURE OUTPUT visible.h CONTENT "${visible}#pragma GCC visibility pop\n")

# The switch of stacks is ours where core/base/context.h has one for the machine, and Boost's
# elsewhere, and under sanitizers.
include(CheckCSourceCompiles)
string(MAKE_C_IDENTIFIER "HCHAN_OWN_SWITCH_${HCHANLAB_SANITIZE}" own_switch)
set(CMAKE_REQUIRED_INCLUDES ${PROJECT_SOURCE_DIR})
list(JOIN HCHANLAB_SANITIZE_OPTIONS " " CMAKE_REQUIRED_FLAGS)
check_c_source_compiles("#include \"core/base/context.h\"
#ifdef CORE_BASE_FCONTEXT_H
#error It needs libboost_context.
#endif
int main(void) { return 0; }" ${own_switch})
unset(CMAKE_REQUIRED_INCLUDES)
unset(CMAKE_REQUIRED_FLAGS)
set(HCHAN_SWITCH "") # the library that it needs
if(NOT ${own_switch})
    set(HCHAN_SWITCH boost_context)
endif()

# hchan_objects(NAME SOURCES...): what becomes part of the libraries. Symbols are hidden but for what
# visible.h declares. A goroutine may change its thread within a function, so no address of a
# thread-local variable may come from a call, which a compiler would not repeat (core/g/g.h). Objects
# of the link-time optimiser would keep names that hide_symbols.cmake is to change.
function(hchan_objects name)
    add_library(${name} OBJECT ${ARGN})
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON C_STANDARD 17
        C_STANDARD_REQUIRED ON C_EXTENSIONS OFF C_VISIBILITY_PRESET hidden)
    target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}
        ${PROJECT_SOURCE_DIR}/core/include ${PROJECT_BINARY_DIR}/include)
    target_compile_options(${name} PRIVATE -include ${PROJECT_BINARY_DIR}/visible.h
        -ftls-model=initial-exec -fno-lto ${HCHANLAB_SANITIZE_OPTIONS})
endfunction()

# hchan_race_objects(NAME SOURCES...): the same for libhchan_race.
function(hchan_race_objects name)
    hchan_objects(${name} ${ARGN})
    target_compile_definitions(${name} PRIVATE HCHAN_RACE)
    target_compile_options(${name} PRIVATE
        "SHELL:-include \"${PROJECT_SOURCE_DIR}/core/base/race_calls.h\"")
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
endfunction()

# What a library tells those that link it. Its headers say why -fstack-clash-protection.
function(hchan_interface name)
    target_include_directories(${name} INTERFACE
        "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/core/include;${PROJECT_BINARY_DIR}/include>"
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_compile_options(${name} INTERFACE
        $<$<COMPILE_LANG_AND_ID:C,GNU,Clang>:-fstack-clash-protection>
        $<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang>:-fstack-clash-protection>)
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C
        ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib
        LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
endfunction()

# Hides, in a static library that was built, the names that are not public.
function(hchan_hide_symbols name)
    add_custom_command(TARGET ${name} POST_BUILD
        COMMAND ${CMAKE_COMMAND} -DARCHIVE=$<TARGET_FILE:${name}> -DMAP=${HCHAN_MAP}
            -DNM=${CMAKE_NM} -DOBJCOPY=${CMAKE_OBJCOPY}
            -P ${PROJECT_SOURCE_DIR}/scripts/cmake/hide_symbols.cmake
        VERBATIM)
endfunction()

function(hchan_static_library)
    add_library(hchan_static STATIC ${ARGN})
    set_target_properties(hchan_static PROPERTIES OUTPUT_NAME hchan)
    target_link_libraries(hchan_static PUBLIC Threads::Threads
        PRIVATE ${HCHAN_SWITCH} ${CMAKE_DL_LIBS})
    hchan_hide_symbols(hchan_static)
endfunction()

# It is not compiled with -fsanitize=thread, but those that link it are. Where the compiler makes a call
# of its own in it: core/base/race.c.
function(hchan_race_library)
    add_library(hchan_race STATIC $<TARGET_OBJECTS:hchan_race_core_objects>
        $<TARGET_OBJECTS:hchan_race_variants_objects>)
    target_link_libraries(hchan_race PUBLIC Threads::Threads
        PRIVATE ${HCHAN_SWITCH} ${CMAKE_DL_LIBS})
    target_compile_options(hchan_race INTERFACE $<$<COMPILE_LANGUAGE:C,CXX>:-fsanitize=thread>)
    target_link_options(hchan_race INTERFACE -fsanitize=thread)
    add_custom_command(TARGET hchan_race POST_BUILD
        COMMAND ${CMAKE_OBJCOPY} --redefine-sym memcpy=race_memcpy --redefine-sym
            memset=race_memset $<TARGET_FILE:hchan_race>
        VERBATIM)
    hchan_hide_symbols(hchan_race)
    hchan_interface(hchan_race)
    set_target_properties(hchan_race PROPERTIES EXPORT_NAME race)
    add_library(hchan::race ALIAS hchan_race)
    if(NOT HCHANLAB_RACE)
        set_target_properties(hchan_race PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
endfunction()

# Calls within the library are to its own functions, whatever the program calls its own. It stays when
# it is unloaded: threads that used it end by a function of it.
function(hchan_shared_library)
    add_library(hchan_shared SHARED ${ARGN})
    set_target_properties(hchan_shared PROPERTIES OUTPUT_NAME hchan VERSION ${PROJECT_VERSION}
        SOVERSION ${HCHAN_SOVERSION} LINK_DEPENDS ${HCHAN_MAP})
    target_link_libraries(hchan_shared PUBLIC Threads::Threads
        PRIVATE ${HCHAN_SWITCH} ${CMAKE_DL_LIBS})
    target_link_options(hchan_shared PRIVATE LINKER:--version-script=${HCHAN_MAP}
        LINKER:-Bsymbolic-functions LINKER:-z,nodelete)
    if(HCHANLAB_SANITIZE)
        target_link_options(hchan_shared PRIVATE ${HCHANLAB_SANITIZE_OPTIONS})
    else()
        target_link_options(hchan_shared PRIVATE LINKER:-z,defs)
    endif()
endfunction()

# hchan::hchan is the kind that is built or, of both, the static one. libhchan_lines has one small
# file, and is always static.
function(hchan_libraries)
    set(objects $<TARGET_OBJECTS:hchan_core_objects> $<TARGET_OBJECTS:hchan_variants_objects>)
    foreach(kind ${HCHAN_KINDS})
        cmake_language(CALL hchan_${kind}_library ${objects})
        hchan_interface(hchan_${kind})
        set_target_properties(hchan_${kind} PROPERTIES EXPORT_NAME ${kind})
        add_library(hchan::${kind} ALIAS hchan_${kind})
    endforeach()
    if(HCHAN_ONLY_ON_DEMAND)
        list(TRANSFORM HCHAN_KINDS PREPEND hchan_ OUTPUT_VARIABLE libraries)
        set_target_properties(hchan_core_objects hchan_variants_objects ${libraries} PROPERTIES
            EXCLUDE_FROM_ALL ON)
    endif()
    list(GET HCHAN_KINDS 0 kind)
    add_library(hchan::hchan ALIAS hchan_${kind})

    add_library(hchan_source_lines STATIC $<TARGET_OBJECTS:hchan_lines_objects>)
    set_target_properties(hchan_source_lines PROPERTIES OUTPUT_NAME hchan_lines EXPORT_NAME lines)
    target_link_libraries(hchan_source_lines INTERFACE
        $<BUILD_INTERFACE:hchan_${kind}> $<INSTALL_INTERFACE:hchan::hchan>)
    if(HCHAN_DW_FOUND)
        target_link_libraries(hchan_source_lines INTERFACE dw)
    endif()
    hchan_interface(hchan_source_lines)
    add_library(hchan::lines ALIAS hchan_source_lines)

    if(HCHAN_RACE_KNOWN)
        hchan_race_library()
    endif()
endfunction()

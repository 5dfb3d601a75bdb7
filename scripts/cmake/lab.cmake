# What the lab and the tests need besides the library: their packages, and how they are compiled.
# SPDX-License-Identifier: MIT
enable_language(CXX)
if(PROJECT_IS_TOP_LEVEL)
    hchan_without_ndebug(CXX)
endif()
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_EXTENSIONS OFF)

option(HCHANLAB_COVERAGE "Count which lines and branches run (scripts/coverage)" OFF)

# For those who change the code. Another compiler has other warnings, which must not stop a build.
option(HCHANLAB_WERROR "Make warnings errors" OFF)

find_package(PkgConfig REQUIRED)
find_package(benchmark REQUIRED)
pkg_check_modules(HWLOC REQUIRED IMPORTED_TARGET hwloc>=2.0)
pkg_check_modules(PAPI REQUIRED IMPORTED_TARGET papi)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(GSL REQUIRED IMPORTED_TARGET gsl)
pkg_check_modules(CMOCKA IMPORTED_TARGET cmocka)

# What every target of ours is compiled with.
add_library(house INTERFACE)
target_compile_definitions(house INTERFACE _GNU_SOURCE)
# Messages and labels are cut to their fields on purpose, with snprintf.
target_compile_options(house INTERFACE -Wall -Wextra -Wshadow -Wvla
    $<$<BOOL:${HCHANLAB_WERROR}>:-Werror> $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes
    -Werror=implicit-function-declaration -Werror=incompatible-pointer-types>)
if(HCHANLAB_SANITIZE)
    # gcc 12 under AddressSanitizer takes the insides of libstdc++'s <regex> for uninitialized.
    target_compile_options(house INTERFACE
        $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
    target_compile_options(house INTERFACE ${HCHANLAB_SANITIZE_OPTIONS})
    target_link_options(house INTERFACE ${HCHANLAB_SANITIZE_OPTIONS})
endif()
if(HCHANLAB_COVERAGE)
    target_compile_options(house INTERFACE --coverage -O0 -fprofile-update=atomic)
    target_compile_definitions(house INTERFACE HCHANLAB_COVERAGE)
    target_link_options(house INTERFACE --coverage LINKER:--wrap=abort,--wrap=_exit)
    target_sources(house INTERFACE ${PROJECT_SOURCE_DIR}/scripts/coverage_end.c)
endif()
target_include_directories(house INTERFACE ${PROJECT_SOURCE_DIR}
    ${PROJECT_SOURCE_DIR}/core/include ${PROJECT_BINARY_DIR}/include)
target_link_libraries(house INTERFACE Threads::Threads)

enable_testing()

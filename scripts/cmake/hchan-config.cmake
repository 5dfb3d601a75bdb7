# find_package(hchan [VERSION] [COMPONENTS static|shared] [lines])
#
#   hchan::hchan      the library: of the kind that is asked for as a component; or else as
#                     BUILD_SHARED_LIBS says; or else shared. If that is not installed, the other
#   hchan::shared,
#   hchan::static     the kinds that are installed
#   hchan::lines      source lines in reports (hchan/lines.h)
# SPDX-License-Identifier: MIT
include(CMakeFindDependencyMacro)
find_dependency(Threads)

foreach(part shared static lines)
    include(${CMAKE_CURRENT_LIST_DIR}/hchan-${part}-targets.cmake OPTIONAL
        RESULT_VARIABLE hchan_${part}_FOUND)
endforeach()

set(hchan_kinds shared static)
if("static" IN_LIST hchan_FIND_COMPONENTS OR
        (NOT "shared" IN_LIST hchan_FIND_COMPONENTS AND DEFINED BUILD_SHARED_LIBS
            AND NOT BUILD_SHARED_LIBS))
    set(hchan_kinds static shared)
endif()
foreach(kind ${hchan_kinds})
    if(NOT TARGET hchan::hchan AND TARGET hchan::${kind})
        add_library(hchan::hchan INTERFACE IMPORTED)
        target_link_libraries(hchan::hchan INTERFACE hchan::${kind})
    endif()
endforeach()
unset(hchan_kinds)

# As check_required_components() of CMakePackageConfigHelpers, which a package that is not configured
# does not have.
foreach(part ${hchan_FIND_COMPONENTS})
    if(hchan_FIND_REQUIRED_${part} AND NOT hchan_${part}_FOUND)
        set(hchan_FOUND FALSE)
        set(hchan_NOT_FOUND_MESSAGE "hchan has no component ${part} here")
    endif()
endforeach()

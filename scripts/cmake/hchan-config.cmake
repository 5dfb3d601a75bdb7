# find_package(hchan [VERSION] [COMPONENTS static|shared|race] [lines])
#
#   hchan::hchan      the library: of the kind that is asked for as a component, the first of several;
#                     or else as BUILD_SHARED_LIBS says; or else shared. If that is not installed,
#                     another. A second find_package() that is seen from the same place does not
#                     change it
#   hchan::shared,
#   hchan::static,
#   hchan::race       the kinds that are installed, whichever were asked for; race is for programs
#                     that ThreadSanitizer checks, and has them compiled with -fsanitize=thread
#   hchan::lines      source lines in reports (hchan/lines.h), beside hchan::hchan
# SPDX-License-Identifier: MIT
include(CMakeFindDependencyMacro)
find_dependency(Threads)

foreach(part shared static race lines)
    include(${CMAKE_CURRENT_LIST_DIR}/hchan-${part}-targets.cmake OPTIONAL
        RESULT_VARIABLE hchan_${part}_FOUND)
endforeach()

set(hchan_kinds ${hchan_FIND_COMPONENTS})
list(FILTER hchan_kinds INCLUDE REGEX "^(shared|static|race)$")
list(GET hchan_kinds 0 hchan_asked)
if(DEFINED BUILD_SHARED_LIBS AND NOT BUILD_SHARED_LIBS)
    list(APPEND hchan_kinds static)
endif()
foreach(kind ${hchan_kinds} shared static)
    if(NOT TARGET hchan::hchan AND TARGET hchan::${kind})
        add_library(hchan::hchan INTERFACE IMPORTED)
        target_link_libraries(hchan::hchan INTERFACE hchan::${kind})
    endif()
endforeach()

# What was found first stays, since targets may be linked with it already.
get_target_property(hchan_first hchan::hchan INTERFACE_LINK_LIBRARIES)
if(hchan_asked AND TARGET hchan::${hchan_asked} AND NOT hchan_FIND_QUIETLY AND
        hchan_first MATCHES "^hchan::" AND NOT hchan_first STREQUAL "hchan::${hchan_asked}")
    message(NOTICE "hchan::hchan stays ${hchan_first}, which was found first: link "
        "hchan::${hchan_asked} for the other")
endif()
unset(hchan_kinds)
unset(hchan_asked)
unset(hchan_first)

# As check_required_components() of CMakePackageConfigHelpers, which a package that is not configured
# does not have.
foreach(part ${hchan_FIND_COMPONENTS})
    if(hchan_FIND_REQUIRED_${part} AND NOT hchan_${part}_FOUND)
        set(hchan_FOUND FALSE)
        set(hchan_NOT_FOUND_MESSAGE "hchan has no component ${part} here")
    endif()
endforeach()

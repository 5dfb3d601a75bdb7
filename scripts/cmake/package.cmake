# The packages that CPack makes of all that is installed, with the licence and the changelog.
# SPDX-License-Identifier: MIT

include(${PROJECT_SOURCE_DIR}/scripts/cmake/parts.cmake)
set(pages ${PROJECT_BINARY_DIR}/pages)

# --- packages: one for each component that is installed ---
set(release 1)
set(HCHANLAB_CONTACT "The hchanlab authors <maintainers@hchanlab.example>"
    CACHE STRING "Who makes the packages: a name, and an address in angle brackets")
set(package_program hchanlab)
set(package_lib libhchan${HCHAN_SOVERSION})
set(package_dev libhchan-dev)
get_cmake_property(installed COMPONENTS)
set(components "")
foreach(component program lib dev)
    if(component IN_LIST installed)
        list(APPEND components ${component})
    endif()
endforeach()

# What names the archive, and holds the changelog: of the library alone, the package for development.
set(main program)
set(archive hchanlab)
if(HCHANLAB_LIBRARY_ONLY)
    set(main dev)
    set(archive libhchan)
endif()

# Debian's policy asks for these two in each package.
find_program(GZIP gzip)
file(READ ${PROJECT_SOURCE_DIR}/LICENSE license)
string(REGEX REPLACE "^MIT License\n\n(Copyright [^\n]*)\n\n" "" license "${license}")
set(copyright_line ${CMAKE_MATCH_1})
string(REGEX REPLACE "^Copyright \\(c\\) " "" copyright_line "${copyright_line}")
string(REGEX REPLACE "\n$" "" license "${license}")
string(REPLACE "\n\n" "\n.\n" license "${license}")
string(REPLACE "\n" "\n " license "${license}")
file(CONFIGURE OUTPUT ${pages}/copyright CONTENT
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: hchanlab

Files: *
Copyright: @copyright_line@
License: Expat
 @license@
" @ONLY)
execute_process(COMMAND date -R -u -d ${HCHANLAB_DATE} OUTPUT_VARIABLE stamp
    OUTPUT_STRIP_TRAILING_WHITESPACE)
file(CONFIGURE OUTPUT ${pages}/changelog.Debian CONTENT
    "hchanlab (@PROJECT_VERSION@-@release@) unstable; urgency=medium

  * Version @PROJECT_VERSION@; changelog.gz of the package @package_${main}@ says what changed.

 -- @HCHANLAB_CONTACT@  @stamp@
" @ONLY)
configure_file(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${pages}/changelog COPYONLY)
set(gz "")
if(GZIP)
    set(gz .gz)
    execute_process(COMMAND ${GZIP} -9nkf ${pages}/changelog.Debian ${pages}/changelog)
endif()
foreach(component ${components})
    install(FILES ${pages}/copyright ${pages}/changelog.Debian${gz} COMPONENT ${component}
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package_${component}})
endforeach()
install(FILES ${pages}/changelog${gz} COMPONENT ${main}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package_${main}})

set(CPACK_GENERATOR "DEB;TGZ")
set(CPACK_PACKAGE_NAME ${archive})
set(CPACK_PACKAGE_CONTACT ${HCHANLAB_CONTACT})
set(CPACK_PACKAGE_VENDOR "The hchanlab authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own, the first line below
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
    GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL ${components})
set(CPACK_COMPONENTS_GROUPING IGNORE) # a package for each, but one archive
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${release})
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(component ${components})
    string(TOUPPER ${component} upper)
    set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package_${component}})
endforeach()
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_LIB_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS gnuplot-nox)
# What other packages depend on if they link the library, and that the linker's cache is to be renewed:
# CPack does that by scripts, and Debian's policy asks for a trigger.
file(CONFIGURE OUTPUT ${pages}/shlibs
    CONTENT "libhchan @HCHAN_SOVERSION@ @package_lib@ (>= @PROJECT_VERSION@)\n" @ONLY)
file(CONFIGURE OUTPUT ${pages}/triggers CONTENT "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIB_PACKAGE_CONTROL_EXTRA ${pages}/shlibs ${pages}/triggers)

set(needed "")
if(HCHAN_SWITCH)
    list(APPEND needed libboost-context-dev)
endif()
if(HCHAN_DW_FOUND)
    list(APPEND needed libdw-dev)
endif()
if("lib" IN_LIST components)
    list(APPEND needed "${package_lib} (= ${PROJECT_VERSION}-${release})")
endif()
list(JOIN needed ", " CPACK_DEBIAN_DEV_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION
    "performance laboratory for Go-style channels
hchanlab measures what a send and a receive on a channel cost, and how the
lock, the way to wait and the buffer change that, with an interval beside
every number. It compares them with channels of other languages, keeps runs
in a store, and makes a report of a run.")
set(CPACK_DEBIAN_LIB_DESCRIPTION
    "Go-style channels in C
Channels, select and goroutines in C after Go's runtime, in variants that
differ in their lock, their way to park and their buffer; with reports of
leaks and deadlocks.")
set(CPACK_DEBIAN_DEV_DESCRIPTION
    "Go-style channels in C (development files)
Channels, select and goroutines in C after Go's runtime, in variants that
differ in their lock, their way to park and their buffer.
.
This package has what is needed to build programs with them, and the manual
of their functions.")
include(CPack)

# What `cmake --install` does for the library, in two components: lib, what a program needs that was
# linked with libhchan.so; and dev, what linking needs. The package can be moved afterwards: nothing
# in it names the folder that it was installed into.
# SPDX-License-Identifier: MIT
install(SCRIPT scripts/cmake/before_install.cmake ALL_COMPONENTS)
if(PROJECT_IS_TOP_LEVEL)
    install(CODE "set(built [[${PROJECT_BINARY_DIR}]])" ALL_COMPONENTS)
    # The last thing that the install does.
    cmake_language(DEFER CALL install SCRIPT scripts/cmake/note_install.cmake ALL_COMPONENTS)
    add_custom_target(uninstall COMMAND ${CMAKE_COMMAND} -DBUILT=${PROJECT_BINARY_DIR}
        -P ${PROJECT_SOURCE_DIR}/scripts/cmake/uninstall.cmake VERBATIM)
endif()

install(DIRECTORY core/include/hchan ${PROJECT_BINARY_DIR}/include/hchan
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev
    FILES_MATCHING PATTERN *.h PATTERN *.def)

# Each kind brings its own targets, so that a package may leave one out.
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/hchan)
function(install_kind kind target)
    install(TARGETS ${target} EXPORT hchan-${kind}-targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT lib NAMELINK_COMPONENT dev)
    install(EXPORT hchan-${kind}-targets NAMESPACE hchan:: DESTINATION ${package} COMPONENT dev)
endfunction()
foreach(kind ${HCHAN_KINDS})
    install_kind(${kind} hchan_${kind})
endforeach()
install_kind(lines hchan_source_lines)
if(HCHANLAB_RACE)
    install_kind(race hchan_race)
endif()

include(${PROJECT_SOURCE_DIR}/scripts/cmake/reference.cmake)

include(CMakePackageConfigHelpers)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/hchan-config-version.cmake
    COMPATIBILITY SameMajorVersion)
install(FILES scripts/cmake/hchan-config.cmake ${PROJECT_BINARY_DIR}/hchan-config-version.cmake
    DESTINATION ${package} COMPONENT dev)

# For pkg-config. The folders are given from where its file is, unless they were given absolutely.
# What a static link needs besides stands apart, but with a static library alone it is always needed.
file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" up "${up}")
set(pc_prefix "\${pcfiledir}/${up}")
foreach(folder LIBDIR INCLUDEDIR)
    set(pc_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
    if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
        set(pc_${folder} ${CMAKE_INSTALL_${folder}})
        set(pc_prefix ${CMAKE_INSTALL_PREFIX})
    endif()
endforeach()
set(pc_private "-pthread")
foreach(library ${HCHAN_SWITCH} ${CMAKE_DL_LIBS})
    string(PREPEND pc_private "-l${library} ")
endforeach()
set(pc_libs "")
if(NOT shared IN_LIST HCHAN_KINDS)
    set(pc_libs " ${pc_private}")
endif()
set(pc_lines_libs "")
if(HCHAN_DW_FOUND)
    set(pc_lines_libs " -ldw")
endif()
set(pc_names hchan hchan_lines)
if(HCHANLAB_RACE)
    list(APPEND pc_names hchan_race)
endif()
foreach(name ${pc_names})
    configure_file(scripts/cmake/${name}.pc.in ${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        COMPONENT dev)
endforeach()

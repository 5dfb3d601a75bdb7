# Removes what `cmake --install` has installed from this build last, each component where it was put
# (note_install.cmake), and the folders that this leaves empty; the prefix itself stays, and so do the folders of a system (/usr/lib).
#
#   cmake -DBUILT=BUILD_FOLDER -P uninstall.cmake
# SPDX-License-Identifier: MIT
file(GLOB notes ${BUILT}/installed/*.cmake)
if(NOT notes)
    message(FATAL_ERROR "hchanlab: nothing was installed from ${BUILT}: nothing is removed")
endif()

# Removes folders from this one up to the prefix, as long as they are empty.
function(remove_empty folder)
    cmake_path(IS_PREFIX into "${folder}" below)
    cmake_path(GET folder PARENT_PATH above)
    file(GLOB held "${folder}/*" "${folder}/.*")
    list(FILTER held EXCLUDE REGEX "/[.][.]?$")
    if(NOT below OR folder STREQUAL into OR held)
        return()
    endif()
    if(above STREQUAL into AND into MATCHES "^/usr(/local)?$")
        return()
    endif()
    file(REMOVE_RECURSE "${folder}")
    remove_empty("${above}")
endfunction()

# A note names files as they are without DESTDIR, which is `staged`; the prefix with it is `into`.
foreach(note ${notes})
    include(${note})
    foreach(file ${files})
        set(file "${staged}${file}")
        if(EXISTS "${file}" OR IS_SYMLINK "${file}")
            message(STATUS "Removing: ${file}")
            file(REMOVE "${file}")
        endif()
        cmake_path(GET file PARENT_PATH folder)
        if(IS_DIRECTORY "${folder}")
            remove_empty("${folder}")
        endif()
    endforeach()
    file(REMOVE ${note})
endforeach()

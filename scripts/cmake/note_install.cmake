# After everything is installed: notes for uninstall.cmake what was installed, and where. There is a
# note for each component that is installed by itself, and one for all at once. CPack installs, too,
# into a folder of its own, which is no business of uninstall.cmake. `built` is the build's folder.
# SPDX-License-Identifier: MIT
set(into "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
if(NOT into MATCHES "/_CPack_Packages/")
    set(note all)
    if(CMAKE_INSTALL_COMPONENT)
        set(note ${CMAKE_INSTALL_COMPONENT})
    endif()
    list(JOIN CMAKE_INSTALL_MANIFEST_FILES "]]\n    [[" files)
    file(WRITE ${built}/installed/${note}.cmake "set(staged [[$ENV{DESTDIR}]])
set(into [[${into}]])
set(files
    [[${files}]])
")
endif()

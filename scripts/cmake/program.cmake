# What is installed of the program besides itself: its manual, and the completion of shells.
# SPDX-License-Identifier: MIT

# --- the manual of section 1, by the program itself; reference.cmake has section 3 ---
set(pages ${PROJECT_BINARY_DIR}/pages)
set(make_pages ${PROJECT_SOURCE_DIR}/scripts/make_pages)
add_custom_command(OUTPUT ${pages}/program.done
    COMMAND ${make_pages} $<TARGET_FILE:hchanlab> ${pages}/program
    COMMAND ${CMAKE_COMMAND} -E touch ${pages}/program.done
    DEPENDS hchanlab ${make_pages} VERBATIM)
add_custom_target(hchanlab_pages ALL DEPENDS ${pages}/program.done)
install(DIRECTORY ${pages}/program/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT program)

# --- completion, where the shells look for it; zsh has a folder of its own for what a distribution
# installs ---
set(zsh zsh/site-functions)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
    set(zsh zsh/vendor-completions)
endif()
install(FILES ${pages}/program/bash RENAME hchanlab COMPONENT program
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${pages}/program/zsh RENAME _hchanlab COMPONENT program
    DESTINATION ${CMAKE_INSTALL_DATADIR}/${zsh})
install(FILES ${pages}/program/fish RENAME hchanlab.fish COMPONENT program
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

# --- where Debian's lintian would find fault ---
install(FILES ${PROJECT_SOURCE_DIR}/scripts/cmake/lintian-overrides RENAME hchanlab COMPONENT program
    DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides)

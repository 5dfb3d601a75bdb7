# Before anything is installed: says in plain words that the folder can't be written.
# SPDX-License-Identifier: MIT
set(into "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
execute_process(COMMAND ${CMAKE_COMMAND} -E make_directory ${into} RESULT_VARIABLE failed
    OUTPUT_QUIET ERROR_QUIET)
if(NOT failed)
    execute_process(COMMAND test -w ${into} RESULT_VARIABLE failed)
endif()
if(failed)
    message(FATAL_ERROR "hchanlab: can't write to the folder '${into}': install as a user that may, "
        "or elsewhere, with --prefix FOLDER")
endif()

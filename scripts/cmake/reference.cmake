# The manual of section 3, which a script makes from the public headers. It needs bash and awk; where
# they are not there, as little is missing as a manual.
# SPDX-License-Identifier: MIT
include(${PROJECT_SOURCE_DIR}/scripts/cmake/parts.cmake)
find_program(bash bash NO_CACHE)
find_program(awk awk NO_CACHE)
if(NOT bash OR NOT awk)
    message(STATUS "bash or awk not found: no manual of section 3")
    return()
endif()
set(reference ${PROJECT_BINARY_DIR}/pages/man3)
set(make_reference ${PROJECT_SOURCE_DIR}/scripts/make_reference)
file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/core/include/hchan/*.h
    ${PROJECT_BINARY_DIR}/include/hchan/*.h)
file(GLOB lists CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/core/include/hchan/*.def)
add_custom_command(OUTPUT ${reference}.done
    COMMAND ${bash} ${make_reference} ${reference} ${PROJECT_VERSION} ${HCHANLAB_DATE} ${headers}
    COMMAND ${CMAKE_COMMAND} -E touch ${reference}.done
    DEPENDS ${headers} ${lists} ${make_reference} VERBATIM)
add_custom_target(hchan_reference ALL DEPENDS ${reference}.done)
install(DIRECTORY ${reference} DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT dev)

# The variants that can be built here, in variant_files: a file is a variant. The others are in
# variants_left_out: those whose lock is of the Concurrency Kit where that is not installed, and those
# that the build is told to do without.
# SPDX-License-Identifier: MIT
file(GLOB variant_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
list(REMOVE_ITEM variant_files ${CMAKE_CURRENT_LIST_DIR}/registry.c)
set(variants_left_out ${variant_files})
find_path(HCHAN_CK_INCLUDE_DIR ck_spinlock.h)
if(NOT HCHAN_CK_INCLUDE_DIR)
    list(FILTER variant_files EXCLUDE REGEX "/ck_[^/]*$")
    message(STATUS "No Concurrency Kit (libck-dev): without the variants ck_*")
endif()

# A build that is there to be tested once more, with another compiler or a sanitizer, may do without
# those that tell it nothing new; and to try one, a few are enough.
set(HCHANLAB_WITHOUT "" CACHE STRING "variants to leave out: a regular expression of names")
if(HCHANLAB_WITHOUT)
    list(FILTER variant_files EXCLUDE REGEX "/(${HCHANLAB_WITHOUT})[.]c$")
endif()
set(HCHANLAB_ONLY "" CACHE STRING "the only variants to build: a regular expression of names")
if(HCHANLAB_ONLY)
    list(FILTER variant_files INCLUDE REGEX "/(${HCHANLAB_ONLY})[.]c$")
endif()
list(REMOVE_ITEM variants_left_out ${variant_files})
if(NOT variant_files)
    message(FATAL_ERROR "no variant is left: HCHANLAB_ONLY is '${HCHANLAB_ONLY}', "
        "HCHANLAB_WITHOUT is '${HCHANLAB_WITHOUT}'")
endif()

# hchanlab_tests(libs...): every tests/*_test.c of the calling folder becomes one executable and
# one ctest, linked with cmocka and the libraries named.
function(hchanlab_tests)
    if(NOT CMOCKA_FOUND)
        message(STATUS "cmocka not found: no tests in ${CMAKE_CURRENT_SOURCE_DIR}")
        return()
    endif()
    file(GLOB sources CONFIGURE_DEPENDS tests/*_test.c)
    foreach(source ${sources})
        get_filename_component(name ${source} NAME_WE)
        add_executable(${name} ${source})
        target_link_libraries(${name} PRIVATE house ${ARGN} PkgConfig::CMOCKA)
        target_compile_definitions(${name} PRIVATE SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                                   BINARY_DIR="${CMAKE_BINARY_DIR}")
        add_test(NAME ${name} COMMAND ${name})
        set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
    endforeach()
endfunction()

# Writes a header with the commit that the sources are of, and whether files differ from it:
#   cmake -D SOURCE=FOLDER -D VERSION=X -D HEADER=FILE -P commit.cmake
# It runs in every build, and leaves the header alone if that has not changed, so nothing is built
# again. Sources that are in no repository of their own, such as a release's, have the version.
# SPDX-License-Identifier: MIT
cmake_minimum_required(VERSION 3.25)
set(commit "v${VERSION}")
set(dirty "")
find_program(GIT git)
# Without what tells git of another repository, as where it calls a hook that builds.
set(git ${CMAKE_COMMAND} -E env --unset=GIT_DIR --unset=GIT_WORK_TREE --unset=GIT_INDEX_FILE
    ${GIT} --no-optional-locks -C ${SOURCE})
if(GIT)
    execute_process(COMMAND ${git} rev-parse --show-prefix HEAD
        OUTPUT_VARIABLE said ERROR_QUIET RESULT_VARIABLE failed)
    # The prefix is empty at the top of a repository; inside another one, the commit is not ours.
    if(NOT failed AND said MATCHES "^\n([0-9a-f]+)\n$")
        set(commit ${CMAKE_MATCH_1})
        execute_process(COMMAND ${git} status --porcelain --untracked-files=no
            OUTPUT_VARIABLE changes ERROR_QUIET)
        set(dirty "no")
        if(changes)
            set(dirty "yes")
        endif()
    endif()
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT
    "#define HCHANLAB_COMMIT \"@commit@\"\n#define HCHANLAB_DIRTY \"@dirty@\"\n" @ONLY)

# Gives each global symbol of a static library that is not public a name that no program can have,
# hchan.NAME: in an archive nothing hides it, and users have functions called getg, too. Names that
# begin with hchan_ are ours anyway; those that begin with __ are the compiler's.
#
#   cmake -DARCHIVE=libhchan.a -DMAP=libhchan.map -DNM=nm -DOBJCOPY=objcopy -P hide_symbols.cmake
# SPDX-License-Identifier: MIT
file(STRINGS ${MAP} public REGEX "^ +[a-z_0-9]+;$")
list(TRANSFORM public REPLACE "[ ;]" "")
execute_process(COMMAND ${NM} -g --defined-only -P ${ARCHIVE} OUTPUT_VARIABLE symbols
    COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^ \n]+ [A-Z] " symbols "${symbols}")
list(TRANSFORM symbols REPLACE " . $" "")
list(REMOVE_DUPLICATES symbols)
list(FILTER symbols EXCLUDE REGEX "^(hchan[_.]|__)")
list(REMOVE_ITEM symbols ${public})
list(TRANSFORM symbols REPLACE "(.+)" "\\1 hchan.\\1\n")
list(JOIN symbols "" symbols)
file(WRITE ${ARCHIVE}.hidden "${symbols}")
execute_process(COMMAND ${OBJCOPY} --redefine-syms=${ARCHIVE}.hidden ${ARCHIVE}
    COMMAND_ERROR_IS_FATAL ANY)

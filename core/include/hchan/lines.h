/* Source lines for the reports of hchan/watch.h, from the program's DWARF (compile with -g), read
 * by elfutils' libdwfl: for executables, position-independent or not, and shared objects. This is a
 * library of its own, libhchan_lines, so that a program that only uses channels does not link
 * libdw: pkg-config and CMake know it as hchan_lines and hchan::lines. Built without libdw,
 * it names places as hchan_place_symbol() does. */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_LINES_H
#define HCHAN_LINES_H

#include <hchan/watch.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Names a place as "ask (leaky.c:23)", with the file relative to the working directory if it is
 * below that (a relative name that the compiler was given is from the folder that it ran in);
 * without a line, as hchan_place_symbol() does. A call takes some milliseconds. If the
 * compiler has inlined the caller, the line is the caller's and the function the one that it was
 * inlined into. If the operation was the last call of a function and has become a jump, the place
 * is in that function's caller (-fno-optimize-sibling-calls prevents it). */
hchan_place hchan_place_line;

/* Whether the library was built with libdw. */
bool hchan_lines_known(void);

#ifdef __cplusplus
}
#endif

#endif

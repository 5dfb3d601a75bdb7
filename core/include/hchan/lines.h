/* Source lines for reports of hchan/watch.h, from the program's DWARF (compile with -g), by
 * elfutils' libdwfl: executables, position-independent or not, and shared objects. A library of its
 * own, hchan_lines, so that who uses the channel alone links no libdw. Built without libdw it gives
 * what hchan_place_symbol() does. */
#ifndef HCHAN_LINES_H
#define HCHAN_LINES_H

#include <hchan/watch.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "ask (leaky.c:23)", the file relative to the working directory where it is below that; where
 * there is no line, as hchan_place_symbol(). Some milliseconds a call. Where the compiler inlined
 * the caller, the line is its own and the function the one that it is inlined in; and where the
 * operation was the last of a function and became a jump, the place is that function's caller's
 * (-fno-optimize-sibling-calls). */
hchan_place hchan_place_line;

/* Whether it was built with libdw. */
bool hchan_lines_known(void);

#ifdef __cplusplus
}
#endif

#endif

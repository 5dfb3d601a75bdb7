/* What parked.c does for the watcher, besides hchan/parked.h. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_G_PARKED_H
#define CORE_G_PARKED_H

#include <hchan/parked.h>

/* Whether a goroutine has been parked for `after_ns` or longer, without a deadline: it may leak. */
static inline bool parked_may_leak(const struct hchan_parked *p, int64_t after_ns)
{
    return !p->bounded && p->waited_ns >= after_ns;
}

/* Notes since when goroutines are parked whose parks do not read the clock. Returns the number of a
 * goroutine that keeps its P from running others while it is parked, since the channel's way to
 * park is one for threads; or 0. */
uint32_t parked_look(void);

/* Writes a line for each of list[0..count), in the form of a report. Returns 0, or -1 with the
 * stream's errno. */
int parked_write(FILE *stream, const struct hchan_parked *list, size_t count, hchan_place *place);

#endif

/* Reports of goroutines that are parked: what is said, and that it arrives. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_G_REPORT_H
#define CORE_G_REPORT_H

#include <hchan/parked.h>

/* Where reports go, and how they name places. */
struct report_to {
    FILE *stream; /* NULL: standard error */
    hchan_place *place;
};

/* Writes all of the text; in one piece, if the stream's descriptor takes it so. If another thread
 * holds the stream's lock for long, or the stream does not take the text, it goes round the stream,
 * or to standard error with the reason: a report comes when something is wrong, and must not wait
 * for it. A descriptor that is full and does not block is waited for (core/base/write.h). */
void report_text(const struct report_to *to, const char *text, size_t size);

/* Writes the title, and a line for each of list[0..count). Returns false, and writes nothing, if
 * memory ran out; a list of NULL is one that there was no memory for. */
bool report(const struct report_to *to, const char *title, const struct hchan_parked *list,
            size_t count);

/* The same if there is no memory. */
void report_no_memory(const struct report_to *to, const char *title);

/* Lists all that are parked. `when` is the end of "... are parked". Reports that there are none
 * only if that was asked for. */
void report_all(const struct report_to *to, const char *when, bool asked_for);

#endif

/* What a cell's process reports to the sweep: one JSON object a line on its standard output. There
 * are samples, outcomes, counters and histograms as they come, and at the end how it went.
 * cmd_cell.c writes them, child.c reads them; a line that a kill cut off is simply not there.
 *
 * The sweep parses and stores on the PUs that the cell measures on, so the cell of a sweep waits
 * meanwhile: after each line it reads one byte, the acknowledgement, from its standard input. The
 * sweep sends it once the line is stored. Neither can wait for the other for ever:
 *   - the cell waits only after a whole line has left it, and the sweep acknowledges every whole
 *     line, even one that is not a record; so the byte is sent, or the sweep is gone;
 *   - the sweep never blocks on the cell: it waits for output, the cell's end, a signal and its own
 *     time limit at once. An acknowledgement for which there is no room is dropped; that happens
 *     only while others lie unread;
 *   - if the sweep is gone, the cell reads the end of its input, or its output breaks, and it ends.
 *     If the cell is gone, the acknowledgement fails, without a SIGPIPE, and the sweep sees the end
 *     of the process.
 *
 * The exit status fits the RECORD_END:
 *   TRIAL_OK       0
 *   TRIAL_FAILED   EXIT_WRONG
 *   TRIAL_TIMEOUT  EXIT_TIMEOUT, or EXIT_WRONG
 *   TRIAL_SKIPPED  EXIT_ENVIRONMENT, or EXIT_WRONG
 *   TRIAL_LACKING  EXIT_WRONG (of a peer)
 * A process that ends in any other way has failed, whatever its record says. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_RECORD_H
#define HARNESS_BASE_RECORD_H

#include "harness/base/cell.h"
#include <stddef.h>
#include <stdio.h>

enum record_kind {
    RECORD_SAMPLE,
    RECORD_OUTCOME,
    RECORD_COUNTER,
    RECORD_LATENCY,
    RECORD_END,
};

struct record {
    enum record_kind kind;
    union {
        struct sample sample;
        struct outcome_count outcome;
        struct counter counter;
        struct latency latency;
        struct {
            enum trial_status status;
            char message[REASON_MAX];
        } end;
    };
};

/* Writes one record as a line, flushes it, and waits for the acknowledgement if this process awaits
 * them. Returns 0 or a negative errno: -EPIPE once the reader of the records is gone. */
int record_write(FILE *file, const struct record *record);

/* Makes each later record_write() of this process read one byte from `fd` before it returns. */
void record_await_acks(int fd);

/* Reads one line. Returns 0, or -EBADMSG if it is not a record. */
int record_read(const char *line, struct record *record);

#endif

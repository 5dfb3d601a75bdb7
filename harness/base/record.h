/* What a cell's process tells the sweep, one JSON object a line on its standard output: samples,
 * outcomes, counters and histograms as they come, and at the end how it went. Written by
 * cmd_cell.c, read by child.c; a line that was cut off by a kill is simply not there.
 *
 * The sweep parses and stores on the PUs that the cell measures on, so under a sweep the cell waits
 * meanwhile: after each line it reads one byte, the acknowledgement, from its standard input, which
 * the sweep sends once the line is stored. Neither can wait for the other for ever:
 *   - the cell waits only after a whole line has left it, and the sweep acknowledges every whole
 *     line, one that is no record too, so the byte is sent or the sweep is gone;
 *   - the sweep never blocks on the cell: it waits for output, the cell's end, a signal and its own
 *     time limit at once, and an acknowledgement that has no room is dropped, which happens only
 *     while others lie unread;
 *   - where the sweep is gone the cell reads the end of its input, or its output breaks, and it
 *     ends; where the cell is gone the acknowledgement fails, without a SIGPIPE, and the sweep
 *     sees the end of the process.
 *
 * The process ends with status 0 where its RECORD_END says TRIAL_OK, and with EXIT_WRONG,
 * EXIT_TIMEOUT or EXIT_ENVIRONMENT where it says TRIAL_FAILED, TRIAL_TIMEOUT or TRIAL_SKIPPED, or,
 * of the latter two, with EXIT_WRONG; whoever ends otherwise failed, whatever the record said. */
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

/* Writes one record as a line, flushes it, and waits for the acknowledgement where one is awaited.
 * 0, or a negative errno: -EPIPE where whoever read the records is gone, and from then on. */
int record_write(FILE *file, const struct record *record);

/* From now on each record_write() of this process reads one byte from `fd` before it returns. */
void record_await_acks(int fd);

/* Reads one line. 0, or -EBADMSG where it is not a record. */
int record_read(const char *line, struct record *record);

#endif

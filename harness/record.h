/* What a cell's process tells the sweep, one JSON object a line on its standard output: samples,
 * outcomes, counters and histograms as they come, and at the end how it went. Written by
 * cmd_cell.c, read by sweep.c; a line that was cut off by a kill is simply not there. */
#ifndef HARNESS_RECORD_H
#define HARNESS_RECORD_H

#include "harness/trial.h"
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

/* Writes one record as a line and flushes it. 0, or a negative errno. */
int record_write(FILE *file, const struct record *record);

/* Reads one line. 0, or -EBADMSG where it is not a record. */
int record_read(const char *line, struct record *record);

#endif

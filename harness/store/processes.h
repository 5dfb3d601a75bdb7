/* A cell's processes, each in a few numbers. Windows of one process are not independent, so what
 * other tools are to compare is a number for each process. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_STORE_PROCESSES_H
#define HARNESS_STORE_PROCESSES_H

#include "harness/store/store.h"
#include <stddef.h>

/* Times are medians over the process's windows; NaN if no window has the number. */
struct process_row {
    uint32_t process; /* its number, from 0 */
    uint64_t ops;     /* in all of its windows */
    double ns_per_op, cpu_ns_per_op, switches_per_op;
};

/* Reads the processes of a cell that have samples, in the order of their numbers; malloc'd, the
 * caller frees them. Returns 0, or a negative errno with the sentence in store_error(). */
int processes_read(struct store *s, int64_t cell, struct process_row **rows, size_t *count);

/* Reads the numbers of the processes of a cell that ended with TRIAL_OK, in order; malloc'd, the
 * caller frees them. Returns 0, or a negative errno with the sentence in store_error(). */
int processes_ok(struct store *s, int64_t cell, uint32_t **processes, size_t *count);

/* What a process counted for each operation of a window: an outcome of the channel, or an event of
 * PAPI, whose domain stands behind its name in brackets. */
struct process_count {
    char name[LABEL_MAX + 16];
    uint32_t process;
    double per_op;
};

/* Reads them, by name and process; malloc'd, the caller frees them. Returns 0, or a negative errno
 * with the sentence in store_error(). */
int processes_counts(struct store *s, int64_t cell, struct process_count **counts, size_t *count);

/* The median of one field of samples, a double at this offset, over those that have it. NaN if none
 * has, or if memory ran out. */
double samples_median(const struct sample *samples, size_t count, size_t offset);

#endif

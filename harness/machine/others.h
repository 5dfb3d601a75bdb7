/* What others use of the PUs while something of ours runs: other programs, and the host of a
 * virtual machine. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_MACHINE_OTHERS_H
#define HARNESS_MACHINE_OTHERS_H

#include "harness/base/cell.h"
#include <stdbool.h>

/* How all PUs together spent their time since boot, in the kernel's ticks. Of two such the later
 * one may have less: what the kernel counts as idle can decrease. */
struct pu_time {
    double busy, idle, steal; /* steal is part of busy */
};

/* Reads it. False if the kernel does not say. */
bool pu_time_read(struct pu_time *out);

/* When a stretch of time began. */
struct others_start {
    struct pu_time before;
    double ours_s; /* CPU time of this process and of its children that have ended, before */
    bool known;
};

/* What others used in all stretches, in ticks. */
struct others {
    double programs, host, all;
};

/* Begins a stretch. Children that run now must have ended when it ends. */
void others_begin(struct others_start *start);

/* Ends a stretch, and adds what others used in it; what the kernel does not tell is not added. */
void others_add(struct others *others, const struct others_start *start);

/* Adds what others used in `more`, of other stretches. */
void others_sum(struct others *others, const struct others *more);

struct others_shares others_shares(const struct others *others);

#endif

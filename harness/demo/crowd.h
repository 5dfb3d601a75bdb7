/* A crowd of goroutines that park on one channel until it is closed: how much memory and time each
 * of them takes. One crowd in a process, since a process keeps the memory that it has touched. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DEMO_CROWD_H
#define HARNESS_DEMO_CROWD_H

#include <hchan/hchan.h>
#include <stddef.h>
#include <stdint.h>

/* What is measured, divided by the number of goroutines. Memory is the difference between all being
 * parked and none being started. */
enum crowd_quantity {
    CROWD_RESIDENT, /* bytes of memory */
    CROWD_TABLES,   /* bytes of page tables, which are the kernel's and not among CROWD_RESIDENT */
    CROWD_MAPPED,   /* bytes of addresses */
    CROWD_MAPPINGS, /* a process may have vm.max_map_count of them */
    CROWD_START,    /* ns: from the first start until the last one is about to park */
    CROWD_WAKE,     /* ns: from the close until the last one has ended */
    CROWD_QUANTITIES,
};

/* A short name, for a record. */
const char *crowd_name(enum crowd_quantity quantity);

/* Runs a crowd of `count` goroutines, with a P for each CPU that this process may use. Returns 0,
 * or a negative errno with one sentence in `error`: -EBADMSG if a goroutine did not get exactly one
 * zero and false from the closed channel, otherwise why one could not be started. */
int crowd_run(const struct hchan_variant *variant, uint64_t count,
              double per_goroutine[CROWD_QUANTITIES], char *error, size_t size);

#endif

/* A crowd of goroutines that park on one channel until it is closed: what each of them takes of
 * memory and of time. One crowd a process, for what a process has touched, it keeps. */
#ifndef HARNESS_DEMO_CROWD_H
#define HARNESS_DEMO_CROWD_H

#include <hchan/hchan.h>
#include <stddef.h>
#include <stdint.h>

/* What is measured, each for one goroutine. The memory is what the process has more while all are
 * parked than before the first was started. */
enum crowd_quantity {
    CROWD_RESIDENT, /* bytes of memory */
    CROWD_TABLES,   /* bytes of page tables, which are the kernel's, and not in the bytes before */
    CROWD_MAPPED,   /* bytes of addresses */
    CROWD_MAPPINGS, /* of which a process may have vm.max_map_count */
    CROWD_START,    /* ns: from the first start until the last one is about to park */
    CROWD_WAKE,     /* ns: from the close until the last one has ended */
    CROWD_QUANTITIES,
};

/* A short name, for a record. */
const char *crowd_name(enum crowd_quantity quantity);

/* Runs a crowd of `count` goroutines on a P for each CPU that we may use. Returns 0, or a negative
 * errno with one sentence in `error`: -EBADMSG where a goroutine did not get exactly one zero and
 * false from the closed channel, and what keeps it from being started otherwise. */
int crowd_run(const struct hchan_variant *variant, uint64_t count,
              double per_goroutine[CROWD_QUANTITIES], char *error, size_t size);

#endif

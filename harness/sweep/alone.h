/* One sweep at a time on a machine: two at once would spoil each other's figures. And one at a time
 * on a run: two would take each other's processes for ones that were cut short. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_ALONE_H
#define HARNESS_SWEEP_ALONE_H

#include <stdint.h>
#include <sys/types.h>

/* Makes this process the one that sweeps, until it ends, however it ends. Returns 0; -EBUSY if
 * another does, with its id in *other (0 if that is out of sight, as in another container);
 * -ENAMETOOLONG if HCHANLAB_LOCK is too long; or another negative errno if the machine has no means
 * for this. A container with a network of its own is another machine to it.
 *
 * The variable HCHANLAB_LOCK names what is locked in place of the machine, for tests and for
 * machines that are cut in parts; if it is empty, nothing is. */
int alone_begin(pid_t *other);

/* Makes this process the one that measures a run of the store `db`, until it ends. Returns as
 * alone_begin() does, or a negative errno if the store is not there. HCHANLAB_LOCK has no say. */
int alone_with_run(const char *db, int64_t run, pid_t *other);

#endif

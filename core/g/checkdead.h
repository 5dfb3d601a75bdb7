/* Go's checkdead: ends the process if no goroutine, and no thread, can go on. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_G_CHECKDEAD_H
#define CORE_G_CHECKDEAD_H

#include "core/base/atomic.h"
#include "core/g/report.h"

struct g;

/* Whether the registered goroutines and threads of the list are deadlocked. allglock is held. */
bool all_stuck(struct g *all);

/* Whether a watcher runs that checks for deadlocks: others leave it to that, which knows where the
 * report is to go. */
extern _Atomic uint32_t watches_deadlocks;

/* Ends the process with status 2, after the report of Go's words and of what each goroutine waits
 * for, if the registered ones are deadlocked. Where threads that are not registered may wake one
 * (`others`), it does so only if no such thread lives. If one does, and `tell` is set, it says so,
 * once a process. */
void checkdead(const struct report_to *to, bool others, bool tell);

#endif

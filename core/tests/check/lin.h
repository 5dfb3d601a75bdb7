/* Decides whether a channel could have had a history. Linearizability (Herlihy and Wing 1990),
 * checked by a search for an order of the operations that agrees with real time and with spec.h
 * (Wing and Gong 1993), with Lowe's memory of what was tried (2017). */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_CHECK_LIN_H
#define CORE_TESTS_CHECK_LIN_H

#include "core/tests/check/spec.h"

/* Returns NULL if the history is right, else a static message: "no order of the operations explains
 * the results", or "somebody is blocked who could go on". Pending operations are blocked for ever:
 * they must have had no effect, and at the end there may be nothing for them. Operations that never
 * began (invoked is UINT64_MAX) are ignored. */
const char *lin_check(const struct program *p, const struct history *h);

/* Whether two operations of different parties overlap in time: a history in which none do says
 * nothing about concurrency. */
bool lin_overlaps(const struct program *p, const struct history *h);

/* Writes the history for a reader, one party a line, with moments. Returns the length. */
size_t lin_print(const struct program *p, const struct history *h, char *text, size_t size);

#endif

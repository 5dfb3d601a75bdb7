/* Running one window of one scenario: workers of our own, each bound to its PU, started together,
 * timed, joined and checked. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_RUN_BENCH_H
#define HARNESS_RUN_BENCH_H

#include "harness/run/spec.h"
#include <stddef.h>

/* Runs one window. Returns 0, or a negative errno with one sentence in `error`: -EXDEV if a worker
 * could not be bound, -EBADMSG if the scenario's check failed. */
int window_run(struct window_spec *spec, struct window *out, char *error, size_t size);

#endif

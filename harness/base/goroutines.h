/* Which variants of a run had goroutines for parties. A run's environment names them under
 * "goroutines", between spaces, or says "none". */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_GOROUTINES_H
#define HARNESS_BASE_GOROUTINES_H

#include <stdbool.h>

/* Whether `names`, from a run's environment, has the variant. Older runs name none (NULL or ""):
 * then a variant that parks goroutines has "go" among the parts of its name. */
bool goroutines_named(const char *names, const char *variant);

#endif

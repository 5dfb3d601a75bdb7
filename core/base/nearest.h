/* The nearest name to a misspelt one, for "did you mean". */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_NEAREST_H
#define CORE_BASE_NEAREST_H

#include <stddef.h>

/* Returns the one of `count` names that is nearest to `word` by edit distance, or NULL if none is
 * near enough to be what the user meant. */
const char *nearest(const char *word, const char *const *names, size_t count);

#endif

/* Times as people write them: 500, 500ns, 2us, 8ms, 1s. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_DURATION_H
#define HARNESS_BASE_DURATION_H

#include "harness/base/numbers.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads `length` bytes that are digits alone, as a whole number; false if they are anything else,
 * or too many. */
bool duration_number(const char *text, size_t length, uint64_t *value);

/* Reads a whole number and its unit, ns, us, µs, ms or s, without a space; without a unit it is in
 * units of `unit_ns`. False if it is anything else, or more than fits. */
bool duration_parse(const char *text, size_t length, uint64_t unit_ns, uint64_t *ns);

/* The shortest way to write it that duration_parse() reads back, with its unit. */
struct words duration_words(uint64_t ns);

#endif

/* Names that a user or a plan gives, held against what there is. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_NAMES_H
#define HARNESS_SWEEP_NAMES_H

#include "harness/base/lists.h"
#include <stdbool.h>

enum name_kind { NAME_SCENARIO, NAME_GROUP, NAME_VARIANT, NAME_LOCK, NAME_PLACE };

/* The word that names all variants of ours, or all locks. */
#define ALL_VARIANTS "all"

/* Two words of plans that stand for places: the PUs' nearest pair on two cores beside one PU, and a
 * pair of every relation that the machine has. */
#define PLACES_NEAREST "nearest"
#define PLACES_EVERY   "every"

/* Whether the word stands for several names: ALL_VARIANTS, or a glob such as `futex*`. */
bool names_is_glob(const char *word);

/* Whether a word of the list is the name, or a glob that it matches. */
bool names_match(const struct word_list *words, const char *name);

/* Whether a name of a variant, or a glob, names none of this build's, but some that the build
 * leaves out (HCHANLAB_ONLY, HCHANLAB_WITHOUT, or a library that is missing). */
bool names_left_out(const char *word);

/* Checks that there is such a thing. A variant or a lock may be a glob; peers, which are no
 * variants of ours, count if `peers` is true. EXIT_OK, or EXIT_USAGE after one complaint line that
 * begins with `where` and names the nearest. */
int names_check(const char *where, enum name_kind kind, const char *word, bool peers);

#endif

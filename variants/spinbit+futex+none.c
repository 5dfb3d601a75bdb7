/* `futex-park` with Go's mutex since 1.24: to compare the two. */
#define VARIANT_PARTS(PART) PART(spinbit, futex, none)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

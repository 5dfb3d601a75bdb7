/* `futex+competitive+ring`, but goroutines park. */
#define VARIANT_PARTS(PART) PART(futex, go, ring)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

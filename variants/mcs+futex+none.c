/* `ticket` in the same order, but each waiter spins on its own line: to compare the two. */
#define VARIANT_PARTS(PART) PART(mcs, futex, none)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

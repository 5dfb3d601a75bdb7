/* `spin-mutex` with a fair lock. */
#define VARIANT_PARTS(PART) PART(ticket, futex, none)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

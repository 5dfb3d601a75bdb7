/* What Go does on Linux, with threads: every waiter sleeps in the kernel. */
#define VARIANT_PARTS(PART) PART(futex, futex, none)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

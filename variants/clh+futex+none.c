/* `mcs+futex+none`, but a waiter spins on the line of the one before it: to compare the two. */
#define VARIANT_PARTS(PART) PART(clh, futex, none)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

/* Go's lock-free check, and a bounded spin before a waiter sleeps. */
#define VARIANT_PARTS(PART) PART(futex, adaptive, check)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

/* Go's lock-free check, and a spin that learns how long it pays. */
#define VARIANT_PARTS(PART) PART(futex, competitive, check)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

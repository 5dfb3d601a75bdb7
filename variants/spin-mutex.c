/* The channel lock that the lesson names: a small spin mutex. */
#define VARIANT_PARTS(PART) PART(spin, futex, none)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

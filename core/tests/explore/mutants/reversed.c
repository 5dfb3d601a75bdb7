/* See fastpath/reversed.h. */
/* SPDX-License-Identifier: MIT */
#define VARIANT_PARTS(PART) PART(futex, futex, reversed)
#include "variant.inc.h"

/* `futex-park`, but the peer is made ready before the unlock: to measure that order. */
#define VARIANT_PARTS(PART) PART(futex, early, none)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

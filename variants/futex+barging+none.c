/* `futex-park`, but a woken waiter competes again: to compare with Go's handoff. */
#define VARIANT_PARTS(PART) PART(futex, barging, none)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

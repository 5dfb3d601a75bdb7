/* `futex-park`, but a waiter gives its PU away once before it sleeps: for peers that share a PU. */
#define VARIANT_PARTS(PART) PART(futex, yield, none)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

/* `spin-mutex` with a library's spin lock: to see what ours is worth. */
#define VARIANT_PARTS(PART) PART(ck_fas, futex, none)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

/* `futex-park` with the C library's mutex: to see what a lock of our own is worth. */
#define VARIANT_PARTS(PART) PART(pthread, futex, none)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

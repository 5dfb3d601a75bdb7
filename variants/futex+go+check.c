/* Goroutines, Go's three-state mutex and Go's lock-free check: closest to Go itself. */
#define VARIANT_PARTS(PART) PART(futex, go, check)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

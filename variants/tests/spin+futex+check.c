/* Not a variant: a plain-store unlock beside a fast path, for history_broken_test. */
/* SPDX-License-Identifier: MIT */
#define VARIANT_PARTS(PART) PART(spin, futex, check)
#include "variants/variant.inc.h"

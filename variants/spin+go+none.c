/* Go's channel with goroutines: a park switches stacks in user space. */
#define VARIANT_PARTS(PART) PART(spin, go, none)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

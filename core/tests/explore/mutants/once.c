/* See park/once.h. */
/* SPDX-License-Identifier: MIT */
#define VARIANT_PARTS(PART) PART(futex, once, none)
#include "variant.inc.h"

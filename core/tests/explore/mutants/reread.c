/* See park/reread.h. */
/* SPDX-License-Identifier: MIT */
#define VARIANT_PARTS(PART) PART(futex, reread, none)
#include "variant.inc.h"

/* See lock/careless.h. */
/* SPDX-License-Identifier: MIT */
#define VARIANT_PARTS(PART) PART(careless, futex, none)
#include "variant.inc.h"

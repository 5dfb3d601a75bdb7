/* A buffer that senders and receivers share without the lock, until a thread has to park. */
#define VARIANT_PARTS(PART) PART(futex, competitive, ring)
#include "variant.inc.h" /* SPDX-License-Identifier: MIT */

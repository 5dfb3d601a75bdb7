/* Waits without a channel: operations on a nil channel, and selects of nil channels only. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_G_NIL_H
#define CORE_G_NIL_H

#include "core/g/g.h"

/* Parks the calling G until the deadline (nanoseconds on CLOCK_MONOTONIC; FUTEX_FOREVER: for ever).
 * Nothing can wake it before that. */
void gopark_nil(enum wait_reason reason, int64_t deadline, const void *callerpc);

#endif

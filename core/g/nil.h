/* Waiting without a channel: operations on a nil channel, and selects whose channels are all nil.
 */
#ifndef CORE_G_NIL_H
#define CORE_G_NIL_H

#include "core/g/g.h"

/* Parks the calling G until the deadline (nanoseconds on CLOCK_MONOTONIC; FUTEX_FOREVER: for ever).
 * Nobody can wake it. */
void gopark_nil(enum wait_reason reason, int64_t deadline, const void *callerpc);

#endif

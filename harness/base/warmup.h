/* Which windows begin warm. The runner does as the table below says, and the report states it.
 *
 * A lead warms up right before its window. Where all workers do the same, they run for a while
 * before the window instead, whatever the window is for. A scenario that times itself has neither.
 */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_WARMUP_H
#define HARNESS_BASE_WARMUP_H

#include <stdbool.h>

/* X(kind, whether a lead warms up, what the report calls such windows) */
#define WINDOW_KINDS(X)                 \
    X(TIMED, true, "timed windows")     \
    X(TRACED, true, "traced windows")   \
    X(LATENCY, true, "latency windows") \
    X(COUNTED, false, "windows of hardware counters")

enum window_kind {
#define X(kind, warm, name) WINDOW_##kind,
    WINDOW_KINDS(X)
#undef X
        WINDOW_KIND_COUNT
};

static inline bool window_warms_up(enum window_kind kind)
{
#define X(kind, warm, name) warm,
    static const bool is_warm[] = { WINDOW_KINDS(X) };
#undef X
    return is_warm[kind];
}

static inline const char *window_name(enum window_kind kind)
{
#define X(kind, warm, name) name,
    static const char *const names[] = { WINDOW_KINDS(X) };
#undef X
    return names[kind];
}

/* The scenarios that time themselves, for the report, which knows no scenarios. */
#define SELF_TIMED_SCENARIOS "close-wake, go-recv-closed, seed-buffer-hop, seed-direct-handoff"

#endif

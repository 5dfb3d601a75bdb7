/* Makes a variant from the names of its three parts. A variant's file is
 *
 *     // one line on why it is interesting
 *     #define VARIANT_PARTS(PART) PART(ticket, futex, none)
 *     #include "variant.inc.h"
 *
 * and the variant has the file's name, which the build passes as VARIANT, spelled as a C
 * identifier, and as VARIANT_NAME, a string. The parts are lock/<first>.h, park/<second>.h and
 * fastpath/<third>.h.
 *
 * This file makes the measured and the traced instance (core/chan/chan.inc.h) and their two rows
 * for the registry. A file that needs only one instance, inlined into loops of its own, defines
 * VARIANT_INSTANCE as `measured` or `traced` before it includes a variant's file. */
/* SPDX-License-Identifier: MIT */

#define VARIANT_LOCK_OF(lock, park, fast) lock
#define VARIANT_PARK_OF(lock, park, fast) park
#define VARIANT_FAST_OF(lock, park, fast) fast
#define VARIANT_LOCK                      VARIANT_PARTS(VARIANT_LOCK_OF)
#define VARIANT_PARK                      VARIANT_PARTS(VARIANT_PARK_OF)
#define VARIANT_FAST                      VARIANT_PARTS(VARIANT_FAST_OF)
#define VARIANT_BUFFER                    VARIANT_PASTE(VARIANT_PASTE(fast, VARIANT_FAST), buffer)
#define VARIANT_TEXT_(x)                  #x
#define VARIANT_TEXT(x)                   VARIANT_TEXT_(x)
#define VARIANT_PASTE_(a, b)              a##_##b
#define VARIANT_PASTE(a, b)               VARIANT_PASTE_(a, b)
// clang-format off
#define VARIANT_HEADER(folder, part)      VARIANT_TEXT(folder/part.h)
// clang-format on

#include VARIANT_HEADER(lock, VARIANT_LOCK)
#include VARIANT_HEADER(park, VARIANT_PARK)
#include VARIANT_HEADER(fastpath, VARIANT_FAST)

#define VARIANT_ONLY_measured 1
#define VARIANT_ONLY_traced   2
#ifdef VARIANT_INSTANCE
#define VARIANT_ONLY VARIANT_PASTE(VARIANT_ONLY, VARIANT_INSTANCE)
#else
#define VARIANT_ONLY 0
#endif

#if VARIANT_ONLY != VARIANT_ONLY_traced
#define CHAN_ID     VARIANT_PASTE(VARIANT, measured)
#define CHAN_LOCK   VARIANT_LOCK
#define CHAN_PARK   VARIANT_PARK
#define CHAN_FAST   VARIANT_FAST
#define CHAN_TRACED 0
#include "core/chan/chan.inc.h"
#endif

#if VARIANT_ONLY != VARIANT_ONLY_measured
#define CHAN_ID     VARIANT_PASTE(VARIANT, traced)
#define CHAN_LOCK   VARIANT_LOCK
#define CHAN_PARK   VARIANT_PARK
#define CHAN_FAST   VARIANT_FAST
#define CHAN_TRACED 1
#include "core/chan/chan.inc.h"
#endif

#if VARIANT_ONLY == 0
#define VARIANT_ROW(instance)      VARIANT_PASTE(VARIANT_PASTE(hchan_variant, VARIANT), instance)
#define VARIANT_FN(instance, name) VARIANT_PASTE(VARIANT_PASTE(VARIANT, instance), name)

static void VARIANT_PASTE(VARIANT, lock_fini)(hchan *c)
{
    VARIANT_PASTE(VARIANT_PASTE(lock, VARIANT_LOCK), fini)((void *)c->lock);
}

/* For code that looks at a channel from outside: not an operation of the channel, so not
 * counted. */
static void VARIANT_PASTE(VARIANT, lock_to_look)(hchan *c)
{
    VARIANT_PASTE(VARIANT_PASTE(lock, VARIANT_LOCK), acquire)((void *)c->lock);
    VARIANT_PASTE(VARIANT_PASTE(buffer, VARIANT_BUFFER), freeze)(c);
}

extern const struct hchan_variant VARIANT_ROW(measured), VARIANT_ROW(traced);

/* The row of one instance; `other` is its twin, and `send1` its chansend1(). */
#define VARIANT_DEFINE(instance, is_traced, other, send1)                                        \
    const struct hchan_variant VARIANT_ROW(instance) = {                                         \
        .name = VARIANT_NAME,                                                                    \
        .lock_name = VARIANT_TEXT(VARIANT_LOCK),                                                 \
        .park_name = VARIANT_TEXT(VARIANT_PARK),                                                 \
        .fastpath_name = VARIANT_TEXT(VARIANT_FAST),                                             \
        .buffer_name = VARIANT_TEXT(VARIANT_BUFFER),                                             \
        .summary = VARIANT_PASTE(VARIANT_PASTE(lock, VARIANT_LOCK), summary) "; " VARIANT_PASTE( \
            VARIANT_PASTE(park, VARIANT_PARK),                                                   \
            summary) "; " VARIANT_PASTE(VARIANT_PASTE(fast, VARIANT_FAST), summary),             \
        .lock_traits = VARIANT_PASTE(VARIANT_PASTE(lock, VARIANT_LOCK), traits),                 \
        .traced = is_traced,                                                                     \
        .goroutines = VARIANT_PASTE(VARIANT_PASTE(park, VARIANT_PARK), switches),                \
        .barges = VARIANT_PASTE(VARIANT_PASTE(park, VARIANT_PARK), barges),                      \
        .twin = &VARIANT_ROW(other),                                                             \
        .makechan = VARIANT_FN(instance, makechan),                                              \
        .lock_fini = VARIANT_PASTE(VARIANT, lock_fini),                                          \
        .lock = VARIANT_PASTE(VARIANT, lock_to_look),                                            \
        .unlock = VARIANT_FN(instance, unlock),                                                  \
        .chansend = VARIANT_FN(instance, chansend),                                              \
        .chansend1 = VARIANT_FN(instance, send1),                                                \
        .send_end = VARIANT_FN(instance, send_end),                                              \
        .chanrecv = VARIANT_FN(instance, chanrecv),                                              \
        .chanrecv1 = VARIANT_FN(instance, chanrecv),                                             \
        .chanrecv2 = VARIANT_FN(instance, chanrecv),                                             \
        .close = VARIANT_FN(instance, close),                                                    \
        .chanlen = VARIANT_FN(instance, chanlen),                                                \
        .selectgo = VARIANT_FN(instance, select),                                                \
    };
VARIANT_DEFINE(measured, false, traced, chansend)
VARIANT_DEFINE(traced, true, measured, chansend_1)
#endif

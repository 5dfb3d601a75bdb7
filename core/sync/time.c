/* Sleeping, and timers: hchan/time.h. A timer is an alarm that sends to a channel, without waiting,
 * or calls a function. The state is in the timer. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/base/throw.h"
#include "core/g/nil.h"
#include "core/sync/alarm.h"
#include <errno.h>
#include <hchan/time.h>
#include <stdlib.h>

struct timer {
    struct hchan_timer shown; /* first: users have its address */
    bool ticker;
    struct alarm alarm;
};

void hchan_sleep(int64_t ns)
{
    if (ns > 0)
        gopark_nil(WAIT_SLEEP, hchan_deadline(ns), __builtin_return_address(0));
}

static void send_moment(void *arg)
{
    const struct hchan_timer *t = arg;
    int64_t now = nanotime();
    chansend(t->c, &now, false, NULL);
}

/* Starts the timer, which has just been made; frees it if that fails. */
static struct hchan_timer *start(struct timer *t, int64_t ns)
{
    int error = alarm_set(&t->alarm, hchan_deadline(ns), t->ticker ? ns : 0);
    if (!error)
        return &t->shown;
    chanfree(t->shown.c);
    free(t);
    errno = error;
    return NULL;
}

static struct hchan_timer *start_with_channel(const struct hchan_variant *variant, int64_t ns,
                                              bool ticker)
{
    struct timer *t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    t->shown.c = makechan(variant, sizeof(int64_t), 1);
    if (!t->shown.c) {
        int error = errno;
        free(t);
        errno = error;
        return NULL;
    }
    t->ticker = ticker;
    t->alarm.fn = send_moment;
    t->alarm.arg = t;
    return start(t, ns);
}

struct hchan_timer *hchan_after(const struct hchan_variant *variant, int64_t ns)
{
    if (!variant)
        gorefuse_variant("hchan_after");
    return start_with_channel(variant, ns, false);
}

struct hchan_timer *hchan_ticker(const struct hchan_variant *variant, int64_t ns)
{
    if (!variant)
        gorefuse_variant("hchan_ticker");
    if (ns > 0)
        return start_with_channel(variant, ns, true);
    errno = EINVAL;
    return NULL;
}

struct hchan_timer *hchan_after_func(int64_t ns, void (*fn)(void *), void *arg)
{
    must_have((const void *)(uintptr_t)fn, "hchan_after_func", "the function is NULL");
    struct timer *t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    t->alarm.fn = fn;
    t->alarm.arg = arg;
    return start(t, ns);
}

static struct timer *timer_of(struct hchan_timer *shown)
{
    return (struct timer *)shown;
}

bool hchan_timer_stop(struct hchan_timer *shown)
{
    must_have(shown, "hchan_timer_stop", "the timer is NULL");
    struct timer *t = timer_of(shown);
    bool stopped = alarm_clear(&t->alarm);
    if (!shown->c)
        return stopped;
    alarm_settle(&t->alarm);
    bool took = chanrecv(shown->c, NULL, false, NULL);
    return stopped || took;
}

int hchan_timer_reset(struct hchan_timer *shown, int64_t ns)
{
    must_have(shown, "hchan_timer_reset", "the timer is NULL");
    struct timer *t = timer_of(shown);
    if (t->ticker && ns <= 0)
        return EINVAL;
    hchan_timer_stop(shown);
    return alarm_set(&t->alarm, hchan_deadline(ns), t->ticker ? ns : 0);
}

void hchan_timer_free(struct hchan_timer *shown)
{
    if (!shown)
        return;
    hchan_timer_stop(shown);
    chanfree(shown->c);
    free(timer_of(shown));
}

/* Parking, and being made ready, for what is not a channel: hchan/sync.h's objects. A goroutine
 * leaves its P to another one, a thread sleeps in the kernel. The state is in the G; there is none
 * here. */
/* SPDX-License-Identifier: MIT */
#include "core/sync/waiter.h"
#include "core/base/futex.h"
#include "core/sched/queues.h"

void waiter_begin(struct hchan_waiter *w, enum wait_reason reason, const void *callerpc)
{
    /* Release, as in the park of core/chan/chan.inc.h. */
    store_rel(&w->g->park, GPARK_WAITING);
    wait_begin(&w->g->wait, reason, callerpc);
}

static void sleep_in_kernel(struct g *gp)
{
    uint32_t word = GPARK_WAITING;
    /* Acquire, here and below: pairs with the exchange in waiter_ready(), before which our waiter
     * was written. If this fails, the word is READY. */
    if (!cas_acq_acq(&gp->park, &word, GPARK_ASLEEP))
        return;
    wait_sleeps(&gp->wait);
    while (load_acq(&gp->park) != GPARK_READY) /* as above */
        futex_wait(&gp->park, GPARK_ASLEEP, FUTEX_FOREVER);
}

void waiter_park(struct hchan_waiter *w)
{
    struct g *gp = w->g;
    if (!gp->goroutine)
        sleep_in_kernel(gp);
    else if (load_acq(&gp->park) != GPARK_READY) /* pairs as in sleep_in_kernel() */
        gp->gopark(gp, FUTEX_FOREVER);
    wait_end(&gp->wait);
}

void waiter_ready(struct g *gp)
{
    bool goroutine = gp->goroutine; /* read before the goroutine may run */
    /* Release: what was written to its waiter. Acquire: the thread that runs the goroutine needs
     * what was written before it was ASLEEP: where it goes on. */
    if (xchg_acqrel(&gp->park, GPARK_READY) != GPARK_ASLEEP)
        return;
    if (goroutine)
        goready(gp);
    else
        futex_wake(&gp->park, 1);
}

void waiter_spin(uint32_t *turns)
{
    enum { YIELD = 64 }; /* the holder of the bit may have lost its CPU */
    spin_wait(1);
    if (++*turns % YIELD == 0)
        osyield();
}

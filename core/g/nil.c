/* Waiting without a channel: there is no sudog, no queue and no waker. The park word and the wait
 * words say that the G is parked, for reports and for the check for deadlocks; there is no state
 * here. */
/* SPDX-License-Identifier: MIT */
#include "core/g/nil.h"
#include "core/base/futex.h"

void gopark_nil(enum wait_reason reason, int64_t deadline, const void *callerpc)
{
    struct g *gp = getg();
    /* Release, as in the park of core/chan/chan.inc.h. A thread writes ASLEEP itself; for a
     * goroutine its P does, once that has left the stack. No waker writes the word. */
    store_rel(&gp->park, gp->goroutine ? GPARK_WAITING : GPARK_ASLEEP);
    wait_begin(&gp->wait, reason | (deadline != FUTEX_FOREVER ? WAIT_BOUNDED : 0U), callerpc);
    if (gp->goroutine) {
        gp->gopark(gp, deadline);
    } else {
        wait_sleeps(&gp->wait);
        while (futex_wait(&gp->park, GPARK_ASLEEP, deadline) != FUTEX_TIMEDOUT)
            continue;
    }
    wait_end(&gp->wait);
}

/* Waiting without a channel: no sudog, no queue, no waker. The park word says that the G is parked,
 * for reports and for the deadlock check. */
#include "core/g/nil.h"
#include "core/base/futex.h"

void gopark_nil(enum wait_reason reason, int64_t deadline, const void *callerpc)
{
    struct g *gp = getg();
    /* Nobody else writes it. Release: as in park() of core/chan/chan.inc.h. A goroutine's P writes
     * ASLEEP once it has left its stack; a thread does so itself. */
    store_rel(&gp->park, gp->goroutine ? GPARK_WAITING : GPARK_ASLEEP);
    wait_begin(&gp->wait, reason | (deadline != FUTEX_FOREVER ? WAIT_BOUNDED : 0U), callerpc);
    wait_sleeps(&gp->wait);
    if (gp->goroutine)
        gp->gopark(gp, deadline);
    else
        while (futex_wait(&gp->park, GPARK_ASLEEP, deadline) != FUTEX_TIMEDOUT)
            continue;
    wait_end(&gp->wait);
}

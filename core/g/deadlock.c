/* Whether nobody can go on. Two passes over the registered Gs. allglock is held, so that none is
 * given to another thread in between; one that is given to another goroutine keeps its count of
 * parks, and so is not in the same park:
 *
 *     1. each is parked; the count of its parks is kept
 *     2. each is not made ready, is not bounded, and is in the same park as before
 *
 * Then none of them has been woken in that park, nor will be by another one of them. For let W be
 * the first that takes another's sudog off its queue in these parks, say G's; it is registered, by
 * the promise in hchan/deadlock.h. Who takes a sudog off goes on to ready its G before it parks, on
 * all of the channel's paths: handing a value over, in a select, or closing with many to wake. So
 *
 *   - either W did so before it parked: then the READY came before W's count, which pass 1 read
 *     with acquire (or, where W has ended since, before it was unregistered, by a release); so pass
 * 2 finds G's park word READY, or what G's owner wrote there later, for a later park, by a release:
 * with which it finds G's later count, too. It did not;
 *   - or W is to do so after its park, from which only another waker can have let it go on, since
 *     it has no deadline: that one would have been before W. There is none.
 *
 * One pass would not do: a G that is seen parked may be woken, and wake who is seen next. Nor would
 * two without the look at the park word: who is woken and has not run yet has its old count, and
 * its waker may have parked since. A select's selectDone needs no look: who has claimed it is
 * registered and not parked until the G is ready. A G that spins or yields before it sleeps
 * (GPARK_WAITING) is parked all the same: only a waker's READY lets it go. And a thread that waits
 * for a channel's lock, or has not yet run since hchan_go(), is not parked: its count is even. */
#include "core/g/g.h"
#include <hchan/deadlock.h>

/* For tests, which stop between two Gs, and break what is argued above. */
#ifndef DEADLOCK_LOOKED
#define DEADLOCK_LOOKED(gp)   ((void)0)
#define DEADLOCK_PASSES       2
#define DEADLOCK_SEES_READY   1
#define DEADLOCK_SEES_BOUNDED 1
#endif

/* The acquires are those that struct wait asks for. */
static bool parked_first(struct g *gp)
{
    gp->seen = load_acq(&gp->wait.parks);
    return gp->seen % 2 == 1;
}

static bool parked_still(struct g *gp)
{
    if (DEADLOCK_SEES_READY && load_acq(&gp->park) == GPARK_READY)
        return false;
    if (DEADLOCK_SEES_BOUNDED && load_acq(&gp->wait.what) & WAIT_BOUNDED)
        return false;
    return load_acq(&gp->wait.parks) == gp->seen;
}

bool hchan_deadlocked(void)
{
    uint32_t registered = 0;
    bool stuck = true;
    struct g *all = allgs_lock();
    for (struct g *gp = all; gp && stuck; gp = gp->next_all)
        if (load_acq(&gp->registered)) { /* pairs with the release at its end */
            stuck = parked_first(gp) && (DEADLOCK_PASSES > 1 || parked_still(gp));
            registered++;
            DEADLOCK_LOOKED(gp);
        }
    for (struct g *gp = all; gp && stuck && DEADLOCK_PASSES > 1; gp = gp->next_all)
        if (load_acq(&gp->registered)) { /* pairs with the release at its end */
            stuck = parked_still(gp);
            DEADLOCK_LOOKED(gp);
        }
    allgs_unlock();
    return stuck && registered > 0;
}

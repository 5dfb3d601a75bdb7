/* Whether the registered threads are deadlocked: hchan/deadlock.h. It has no state but each G's
 * `seen`, which belongs to the check while allglock is held.
 *
 * The check goes over the registered Gs twice. Since it holds allglock, no G is given to another
 * thread meanwhile. A goroutine may end and its G be given to another one, but the G keeps its
 * count of parks, and so is not in the same park.
 *
 *     1. Each G is parked; its count of parks is remembered.
 *     2. Each G is not made ready, has no deadline, and is in the same park as before.
 *
 * If so, no G has been woken from that park, and no other registered one will wake it. For suppose
 * that some were or will be, and let W be the first one that takes the sudog of another, G, off its
 * queue in these parks. W is registered: hchan/deadlock.h demands it. A thread that takes a sudog
 * off its queue makes the G ready before it parks itself, on all of the channel's paths: when it
 * hands a value over, in a select, and in a close that wakes many; and so it is with the waiters of
 * core/sync. So there are two cases.
 *
 *   - W has made G ready before its own park. That came before W's count of parks, which pass 1
 *     read with acquire (or, if W has ended, before it was unregistered, with release). So pass 2
 *     finds G's park word READY; or else what G has written there since, with release, for a later
 *     park, and then it finds G's later count as well. It found neither.
 *   - W is to make G ready after its park. W has no deadline, so another thread must first wake it,
 *     and take its sudog off the queue. But W was to be the first.
 *
 * A thread in schedwait() counts as parked, too. Nobody wakes it from there but the end of the last
 * goroutine. So it is stuck if a registered goroutine is, and only then. It cannot be W: before it
 * went on, that goroutine ended. Both passes saw the goroutine in one park, so it was woken first;
 * but W was to be the first to wake another.
 *
 * One pass is not enough: a G that was seen parked may then be woken, and wake the next one before
 * that is seen. Nor are two passes without the look at the park word: a G that was woken and has
 * not run yet has its old count, and its waker may have parked since. A select's selectDone needs
 * no look: the thread that has claimed it is registered, and does not park before the G is ready. A
 * G that spins or yields before it sleeps (GPARK_WAITING) counts as parked: only a waker's READY
 * lets it go on. A thread that waits for a channel's lock, or has not run yet since hchan_go(), is
 * not parked: its count is even. */
/* SPDX-License-Identifier: MIT */
#include "core/g/checkdead.h"
#include "core/g/g.h"
#include <hchan/deadlock.h>

static bool parked_first(struct g *gp)
{
    gp->seen = load_acq(&gp->wait.parks); /* acquire: see W's count above */
    return gp->seen % 2 == 1;
}

static bool parked_still(struct g *gp)
{
    /* Acquire, both: if they are of a later park, so is the count (struct wait). */
    if (load_acq(&gp->park) == GPARK_READY)
        return false;
    if (load_acq(&gp->wait.what) & WAIT_BOUNDED)
        return false;
    /* A G that was registered after pass 1 has an old `seen`, perhaps of a time when it ran. */
    return gp->seen % 2 == 1 && load_acq(&gp->wait.parks) == gp->seen; /* as in parked_first() */
}

/* Whether each registered G is so, and there is one; and a goroutine among them, if a thread waits
 * for goroutines. allglock is held. */
static bool each_registered(struct g *all, bool (*is_so)(struct g *gp))
{
    size_t registered = 0;
    bool waits = false, goroutine = false;
    for (struct g *gp = all; gp; gp = gp->next_all) {
        if (!load_acq(&gp->registered)) /* pairs with the release at its end */
            continue;
        /* Acquire, before the count of parks: if it is of a later park, so is the count. */
        uint32_t what = load_acq(&gp->wait.what);
        if (!is_so(gp))
            return false;
        waits |= (what & WAIT_REASON_MASK) == WAIT_GOROUTINES;
        goroutine |= gp->goroutine;
        registered++;
    }
    return registered > 0 && (!waits || goroutine);
}

bool all_stuck(struct g *all)
{
    return each_registered(all, parked_first) && each_registered(all, parked_still);
}

bool hchan_deadlocked(void)
{
    bool stuck = all_stuck(allgs_lock());
    allgs_unlock();
    return stuck;
}

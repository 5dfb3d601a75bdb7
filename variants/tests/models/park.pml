/* variants/park/ (futex.h; adaptive.h, yield.h, early.h) under core/chan/chan.inc.h's send and
 * receive: the park word, in a channel of CAP slots with its lock and its two queues. No value is
 * lost, arrives twice, early or out of order. Nobody sleeps for ever: as many values are sent as
 * are received, so a G that is still parked at the end is an invalid end state.
 *
 * SENDERS Gs send SENDS values each, RECEIVERS Gs receive RECVS values each. A G parks several
 * times in a row with one park word, so a wake-up of an earlier park may hit a later one. `signals`
 * wakes sleepers for no reason, as often as it likes, until it stops for good.
 *
 * PARK_FUTEX sleeps at once, PARK_YIELD a step later, PARK_ADAPTIVE after any number of polls.
 * PARK_EARLY is PARK_FUTEX, but made ready before the unlock.
 *
 * verify: -DPARK_FUTEX -DCAP=0 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=1 -DRECVS=4
 * verify: -DPARK_FUTEX -DCAP=0 -DSENDERS=1 -DSENDS=4 -DRECEIVERS=2 -DRECVS=2
 * verify: -DPARK_FUTEX -DCAP=1 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=1 -DRECVS=4
 * verify: -DPARK_FUTEX -DCAP=1 -DSENDERS=1 -DSENDS=4 -DRECEIVERS=2 -DRECVS=2
 * verify: -DPARK_YIELD -DCAP=0 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=1 -DRECVS=4
 * verify: -DPARK_YIELD -DCAP=1 -DSENDERS=1 -DSENDS=4 -DRECEIVERS=2 -DRECVS=2
 * verify: -DPARK_ADAPTIVE -DCAP=0 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=1 -DRECVS=4
 * verify: -DPARK_ADAPTIVE -DCAP=1 -DSENDERS=1 -DSENDS=4 -DRECEIVERS=2 -DRECVS=2
 * verify: -DPARK_EARLY -DCAP=0 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=1 -DRECVS=4
 * verify: -DPARK_EARLY -DCAP=1 -DSENDERS=1 -DSENDS=4 -DRECEIVERS=2 -DRECVS=2
 * long: -DPARK_FUTEX -DCAP=0 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=2 -DRECVS=2
 * long: -DPARK_FUTEX -DCAP=1 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=2 -DRECVS=2
 * long: -DPARK_ADAPTIVE -DCAP=1 -DSENDERS=3 -DSENDS=1 -DRECEIVERS=1 -DRECVS=3
 * long: -DPARK_EARLY -DCAP=0 -DSENDERS=1 -DSENDS=3 -DRECEIVERS=3 -DRECVS=1
 *
 * The second step of a wake-up can hit a G that is asleep in a later park.
 * reaches: REACHES_STALE_WAKE -DPARK_FUTEX -DCAP=0 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=1 -DRECVS=4
 *
 * P1 is a store: it overwrites READY.
 * mutant: MUTANT_STORES_ASLEEP -DPARK_FUTEX -DCAP=0 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=1 -DRECVS=2
 * P2 sleeps on the current value of the word, which may be READY.
 * mutant: MUTANT_REREADS -DPARK_FUTEX -DCAP=0 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=1 -DRECVS=2
 * P2 is not repeated: a spurious wake-up is taken for the real one.
 * mutant: MUTANT_NO_LOOP -DPARK_FUTEX -DCAP=0 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=1 -DRECVS=2
 * K1 is a load and a store: P1 and P2 come between them.
 * mutant: MUTANT_READY_IN_TWO -DPARK_FUTEX -DCAP=0 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=1 -DRECVS=2
 * K2 wakes Gs that were not asleep yet.
 * mutant: MUTANT_WAKES_WAITING -DPARK_FUTEX -DCAP=0 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=1 -DRECVS=2
 * The word becomes WAITING after the unlock: it overwrites READY.
 * mutant: MUTANT_WAITING_LATE -DPARK_FUTEX -DCAP=0 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=1 -DRECVS=2
 * The lock is released between the check for a peer and the queueing.
 * mutant: MUTANT_UNLOCKS_FIRST -DPARK_FUTEX -DCAP=0 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=1 -DRECVS=2
 * The value is copied after the receiver was made ready.
 * mutant: MUTANT_READY_FIRST -DPARK_FUTEX -DCAP=0 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=1 -DRECVS=2
 */
#if defined(PARK_FUTEX) + defined(PARK_YIELD) + defined(PARK_ADAPTIVE) + defined(PARK_EARLY) != 1
#error "one of PARK_FUTEX, PARK_YIELD, PARK_ADAPTIVE and PARK_EARLY"
#endif
#if SENDERS * SENDS != RECEIVERS * RECVS
#error "as many values must be sent as are received"
#endif

#define N      (SENDERS + RECEIVERS)
#define VALUES (SENDERS * SENDS) /* from 1; 0 means none */

#define READY 0 /* core/g/g.h */
#define WAITING 1
#define ASLEEP 2

byte park[N];
bool in_kernel[N];

bool held; /* the channel's lock; lock_*.pml check that it is one */
chan sendq = [N] of { byte }; /* Gs */
chan recvq = [N] of { byte };
chan buf = [CAP + 1] of { byte }; /* only CAP of it are used */
byte elem[N];                     /* what the sudog points to */
bool success[N];

byte moved[SENDERS]; /* how many values of each sender have changed hands */
bool came[VALUES + 1];

inline lock()
{
    atomic { !held -> held = true }
}

inline unlock()
{
    d_step {
        assert(empty(recvq) || empty(sendq) && empty(buf)); /* as core/chan/check.h's chan_broken() */
        assert(empty(sendq) || len(buf) == CAP);
        held = false
    }
}

/* A value changes hands, under the lock: each sender's values in order. */
inline judge(v)
{
    assert(v > 0 && (v - 1) % SENDS == moved[(v - 1) / SENDS]);
    moved[(v - 1) / SENDS]++
}

/* core/base/futex.h: the kernel compares and falls asleep in one step. */
inline futex_wait(expected)
{
    atomic {
        if
        :: park[me] != expected
        :: else -> in_kernel[me] = true; !in_kernel[me]
        fi
    }
}

/* park_futex_ready: K1, then K2. In between the G may run on and park again. */
inline goready(g)
{
#ifdef MUTANT_READY_IN_TWO
    old = park[g];
    park[g] = READY;
#else
    d_step { old = park[g]; park[g] = READY }
#endif
    if
#ifdef REACHES_STALE_WAKE
    :: old == ASLEEP -> d_step { assert(!in_kernel[g] || park[g] == READY); in_kernel[g] = false }
#elif defined(MUTANT_WAKES_WAITING)
    :: old == WAITING -> in_kernel[g] = false
#else
    :: old == ASLEEP -> in_kernel[g] = false
#endif
    :: else
    fi
}

inline unlock_and_ready(g)
{
#ifdef PARK_EARLY
    goready(g);
    unlock()
#else
    unlock();
    goready(g)
#endif
}

/* park_<policy>_sleep */
inline sleep()
{
#ifdef PARK_YIELD
    skip; /* sched_yield */
#endif
#ifdef PARK_ADAPTIVE
    do
    :: park[me] == READY -> goto awake
    :: break /* the budget is spent, or this poll saw nothing */
    od;
#endif
#ifdef MUTANT_STORES_ASLEEP
    park[me] = ASLEEP; /* P1 */
#else
    atomic {
        if
        :: park[me] != WAITING -> goto awake
        :: else -> park[me] = ASLEEP
        fi
    };
#endif
#ifdef MUTANT_NO_LOOP
    futex_wait(ASLEEP);
#else
    do
    :: park[me] != READY ->
#ifdef MUTANT_REREADS
        old = park[me];
        futex_wait(old)
#else
        futex_wait(ASLEEP) /* P2 */
#endif
    :: else -> break
    od;
#endif
awake: skip
}

/* Steps 8 and 9 of core/chan/chan.inc.h. What the G does to its own words under the lock is one
 * step. */
inline park_on(q, v)
{
#ifdef MUTANT_UNLOCKS_FIRST
    unlock();
    lock();
#endif
    d_step {
        elem[me] = v;
        success[me] = false;
#ifndef MUTANT_WAITING_LATE
        park[me] = WAITING;
#endif
        q!me
    };
    unlock();
#ifdef MUTANT_WAITING_LATE
    park[me] = WAITING;
#endif
    sleep()
}

active [SENDERS] proctype sender()
{
    byte me = _pid, i, v, old, peer;

    do
    :: i < SENDS ->
        v = me * SENDS + i + 1;
        lock();
        if
        :: nempty(recvq) -> /* 5: straight to a parked receiver */
            recvq?peer;
#ifdef MUTANT_READY_FIRST
            judge(v);
            unlock_and_ready(peer);
            d_step { elem[peer] = v; success[peer] = true }
#else
            d_step { elem[peer] = v; success[peer] = true; judge(v) };
            unlock_and_ready(peer)
#endif
#if CAP > 0
        :: empty(recvq) && len(buf) < CAP -> /* 6 */
            buf!v;
            unlock()
#endif
        :: empty(recvq) && len(buf) == CAP ->
            park_on(sendq, v);
            assert(success[me])
        fi;
        d_step { i++; v = 0; old = 0; peer = 0 } /* reset its variables: fewer states */
    :: else -> break
    od
}

active [RECEIVERS] proctype receiver()
{
    byte me = _pid, i, v, old, peer;

    do
    :: i < RECVS ->
        lock();
        if
        :: nempty(sendq) -> /* 5: its value; or the head, and its value fills the slot */
            sendq?peer;
#if CAP > 0
            d_step { buf?v; buf!elem[peer]; success[peer] = true; judge(v) };
#else
            d_step { v = elem[peer]; success[peer] = true; judge(v) };
#endif
            unlock_and_ready(peer)
#if CAP > 0
        :: empty(sendq) && nempty(buf) -> /* 6 */
            d_step { buf?v; judge(v) };
            unlock()
#endif
        :: empty(sendq) && empty(buf) ->
            park_on(recvq, 0);
            assert(success[me]);
            v = elem[me]
        fi;
        d_step {
            assert(v > 0 && !came[v]);
            came[v] = true;
            i++; v = 0; old = 0; peer = 0
        }
    :: else -> break
    od
}

active proctype signals()
{
    do
    :: in_kernel[0] -> in_kernel[0] = false
    :: in_kernel[1] -> in_kernel[1] = false
    :: in_kernel[2] -> in_kernel[2] = false
#if N > 3
    :: in_kernel[3] -> in_kernel[3] = false
#endif
    :: break
    od
}

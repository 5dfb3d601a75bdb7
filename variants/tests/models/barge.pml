/* core/chan/barge.inc.h: a channel of CAP slots whose woken waiters compete again. No value is
 * lost, arrives twice or out of its sender's order, even if the channel is closed. Nobody sleeps
 * for ever: as many values are sent as are received, so a G that is still parked at the end is an
 * invalid end state.
 *
 * SENDERS Gs send SENDS values each, RECEIVERS Gs receive RECVS values each; with CLOSE, until the
 * channel is closed, which happens once all values are sent. With SELECTS every other operation is
 * a select's, which does not retry. How a G sleeps and is made ready is in park.pml, and which
 * waker claims a select in select.pml: here both are one step. It makes no difference to the
 * assertions where a G that retried in vain is queued: here it is queued last.
 * verify: -DCAP=1 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=2 -DRECVS=2
 * verify: -DCAP=1 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=2 -DRECVS=2 -DSELECTS
 * verify: -DCAP=1 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=2 -DCLOSE
 * verify: -DCAP=1 -DSENDERS=1 -DSENDS=3 -DRECEIVERS=2 -DCLOSE -DSELECTS
 * long: -DCAP=2 -DSENDERS=2 -DSENDS=3 -DRECEIVERS=2 -DRECVS=3 -DSELECTS
 *
 * A value wakes a receiver only if the buffer was empty.
 * mutant: MUTANT_WAKES_FOR_FIRST -DCAP=2 -DSENDERS=1 -DSENDS=2 -DRECEIVERS=2 -DRECVS=1
 * A free slot wakes a sender only if the buffer was full.
 * mutant: MUTANT_WAKES_WHEN_FULL -DCAP=2 -DSENDERS=4 -DSENDS=1 -DRECEIVERS=1 -DRECVS=4
 * A sender that finds a parked receiver does not check whether there is room.
 * mutant: MUTANT_OVERFILLS -DCAP=1 -DSENDERS=1 -DSENDS=2 -DRECEIVERS=2 -DRECVS=1
 * A sender that finds the buffer full hands over to a parked receiver, bypassing the buffer.
 * mutant: MUTANT_PASSES_BY -DCAP=1 -DSENDERS=1 -DSENDS=2 -DRECEIVERS=2 -DRECVS=1
 * A select is woken to retry, which it does not do.
 * mutant: MUTANT_SELECT_RETRIES -DCAP=1 -DSENDERS=1 -DSENDS=2 -DRECEIVERS=1 -DRECVS=2 -DSELECTS
 * Close wakes the parked receivers as if nothing were left, whatever there is.
 * mutant: MUTANT_CLOSE_DROPS -DCAP=1 -DSENDERS=1 -DSENDS=1 -DRECEIVERS=2 -DCLOSE
 * A G that was woken and lost parks without checking the buffer.
 * mutant: MUTANT_SLEEPS_ON -DCAP=1 -DSENDERS=1 -DSENDS=1 -DRECEIVERS=1 -DRECVS=1
 */
#if !defined(CLOSE) && SENDERS * SENDS != RECEIVERS * RECVS
#error "as many values must be sent as are received"
#endif

#define N      (SENDERS + RECEIVERS)
#define VALUES (SENDERS * SENDS) /* from 1; 0 means none */

#define BY_CLOSE 0 /* core/g/g.h */
#define BY_PEER 1
#define TO_RETRY 2

#ifdef SELECTS
#define is_select(i) ((i) % 2)
#else
#define is_select(i) 0
#endif

bool held; /* the channel's lock */
bool closed;
chan sendq = [N] of { byte }; /* Gs */
chan recvq = [N] of { byte };
chan buf = [CAP + 1] of { byte }; /* only CAP of it are used */
byte elem[N];                     /* what the sudog points to */
byte woken[N];
bool selects[N]; /* sudog.isSelect */
bool ready[N];
byte sent; /* senders that are done */

byte moved[SENDERS]; /* how many values of each sender have changed hands */
bool came[VALUES + 1];

inline lock()
{
    atomic { !held -> held = true }
}

inline unlock()
{
    d_step {
        assert(empty(recvq) || empty(sendq)); /* as core/chan/check.h's chan_broken() */
        assert(len(buf) <= CAP);
        assert(!closed || (empty(recvq) && empty(sendq)));
        held = false
    }
}

/* A value changes hands, under the lock: each sender's values in order, each of them once. */
inline judge(v)
{
    assert(v > 0 && (v - 1) % SENDS == moved[(v - 1) / SENDS]);
    moved[(v - 1) / SENDS]++;
    assert(!came[v]);
    came[v] = true
}

/* What is done under the lock is one step, since no other party reads it. */
inline serve(g)
{
    buf?elem[g];
    judge(elem[g]);
    woken[g] = BY_PEER
}

inline barge_send(g, v)
{
    d_step {
        woken[g] = TO_RETRY;
#ifndef MUTANT_OVERFILLS
        no_room = (len(buf) == CAP);
#endif
        if
#ifdef MUTANT_PASSES_BY
        :: no_room -> elem[g] = v; judge(v); woken[g] = BY_PEER
        :: else -> buf!v
#else
        :: no_room -> serve(g); buf!v
        :: else -> buf!v
#endif
        fi;
#ifndef MUTANT_SELECT_RETRIES
        if
        :: selects[g] && !no_room -> serve(g)
        :: else
        fi;
#endif
        no_room = false
    }
}

inline barge_recv(g)
{
    d_step {
        if
        :: empty(buf) -> judge(elem[g]); woken[g] = BY_PEER
        :: else ->
            buf?v;
            judge(v);
            woken[g] = TO_RETRY;
            if
            :: selects[g] -> buf!elem[g]; woken[g] = BY_PEER
            :: else
            fi
        fi;
        v = 0
    }
}

inline unlock_and_ready(g)
{
    unlock();
    ready[g] = true
}

inline park_on(q, v, i)
{
    d_step {
        elem[me] = v;
        woken[me] = BY_CLOSE;
        selects[me] = is_select(i);
        ready[me] = false;
        q!me
    };
    unlock();
    ready[me]
}

active [SENDERS] proctype sender()
{
    byte me = _pid, i, v, peer;
    bool no_room;

    do
    :: i < SENDS ->
        v = me * SENDS + i + 1;
retry:
        lock();
        if
#ifdef MUTANT_WAKES_FOR_FIRST
        :: nempty(recvq) && empty(buf) ->
#else
        :: nempty(recvq) ->
#endif
            recvq?peer;
            barge_send(peer, v);
            unlock_and_ready(peer)
#ifdef MUTANT_WAKES_FOR_FIRST
        :: nempty(recvq) && nempty(buf) && len(buf) < CAP -> buf!v; unlock()
#endif
        :: empty(recvq) && len(buf) < CAP ->
            buf!v;
            unlock()
        :: empty(recvq) && len(buf) == CAP ->
            park_on(sendq, v, i);
            if
            :: woken[me] == TO_RETRY && !is_select(i) -> goto retry
            :: else -> assert(woken[me] == BY_PEER)
            fi
        fi;
        d_step { i++; v = 0; peer = 0 } /* reset its variables: fewer states */
    :: else -> break
    od;
    sent++
}

active [RECEIVERS] proctype receiver()
{
    byte me = _pid, i, v, peer;

    do
#ifdef CLOSE
    :: true ->
#else
    :: i < RECVS ->
#endif
retry:
        lock();
        if
        :: closed && empty(buf) -> unlock(); break
#ifdef MUTANT_WAKES_WHEN_FULL
        :: nempty(sendq) && len(buf) == CAP ->
#else
        :: nempty(sendq) ->
#endif
            sendq?peer;
            barge_recv(peer);
            unlock_and_ready(peer)
#ifdef MUTANT_WAKES_WHEN_FULL
        :: nempty(sendq) && nempty(buf) && len(buf) < CAP -> d_step { buf?v; judge(v) }; unlock()
#endif
        :: empty(sendq) && nempty(buf) ->
            d_step { buf?v; judge(v) };
            unlock()
        :: empty(sendq) && empty(buf) && !closed ->
asleep:
            park_on(recvq, 0, i);
            if
            :: woken[me] == BY_CLOSE -> break
#ifdef MUTANT_SLEEPS_ON
            :: woken[me] == TO_RETRY -> lock(); goto asleep
#else
            :: woken[me] == TO_RETRY && !is_select(i) -> goto retry
#endif
            :: else -> assert(woken[me] == BY_PEER)
            fi
        fi;
        d_step { i = (i + 1) % 8; v = 0; peer = 0 }
#ifndef CLOSE
    :: else -> break
#endif
    od
}

#ifdef CLOSE
/* Nobody sends after it; what a sender learns of a close is left to the tests. */
active proctype closer()
{
    byte g, all;

    sent == SENDERS;
    lock();
    d_step {
        closed = true;
        do
        :: nempty(recvq) ->
            recvq?g;
            all = all | (1 << g);
            if
#ifndef MUTANT_CLOSE_DROPS
            :: nempty(buf) -> serve(g)
            :: empty(buf) -> woken[g] = BY_CLOSE
#else
            :: true -> woken[g] = BY_CLOSE; assert(empty(buf))
#endif
            fi
        :: else -> break
        od;
        g = 0
    };
    unlock();
    do
    :: g < N -> atomic { if :: all & (1 << g) -> ready[g] = true :: else fi; g++ }
    :: else -> break
    od
}
#endif


/* core/chan/select.inc.h, and the claim in core/chan/waitq.h's waitq_dequeue(): a select over two
 * unbuffered channels, with a deadline and with close. A G that parks in a select has a sudog on
 * each of its channels and one word, selectDone: open, or what ended the select. A waker that takes
 * one of its sudogs off a queue, under that channel's lock, claims the select before it hands over,
 * by a swap of the word from open to that case. If it cannot, it drops the sudog and tries the next
 * waiter. A deadline claims in the same way, without a lock. A plain send or receive has one sudog
 * and no word.
 *
 * No value is lost or arrives twice, no select ends twice, no sudog stays queued after its select,
 * no G is made ready twice, and no sender and receiver wait on one channel at the same time. In
 * each scene every party can be served, or is served by close: one that is still parked at the end
 * is an invalid end state. Parking is one step, except with WORD: then it is the park word of
 * park.pml, which a deadline leaves at ASLEEP, with spurious wake-ups.
 *
 * A scene is a list of parties. A party does at most two operations, and an operation is what it
 * does on channel 0 and on channel 1. With DEADLINE the selects have one; with CLOSE a party closes
 * both channels at some time. With OUTCOMES only what the parties see is asserted.
 *
 * verify: -DSCENE=1
 * verify: -DSCENE=2
 * verify: -DSCENE=3
 * verify: -DSCENE=4
 * verify: -DSCENE=5
 * verify: -DSCENE=6
 * verify: -DSCENE=1 -DCLOSE -DDEADLINE
 * verify: -DSCENE=2 -DCLOSE -DDEADLINE
 * verify: -DSCENE=3 -DCLOSE -DDEADLINE
 * verify: -DSCENE=4 -DCLOSE
 * verify: -DSCENE=1 -DWORD
 * verify: -DSCENE=7 -DCLOSE -DDEADLINE -DWORD
 * long: -DSCENE=1 -DCLOSE -DDEADLINE -DWORD
 * long: -DSCENE=2 -DCLOSE -DDEADLINE -DWORD
 * long: -DSCENE=4 -DCLOSE -DDEADLINE
 * long: -DSCENE=6 -DCLOSE
 * long: -DSCENE=6 -DCLOSE -DDEADLINE
 *
 * A waker that takes a sudog does not check whether its select is over: two cases happen.
 * mutant: MUTANT_NO_CLAIM -DSCENE=1 -DOUTCOMES
 * mutant: MUTANT_NO_CLAIM -DSCENE=3 -DOUTCOMES
 * A select that is over leaves its other sudog queued, where it consumes a later value.
 * mutant: MUTANT_LOSER_STAYS -DSCENE=2
 * mutant: MUTANT_LOSER_STAYS -DSCENE=2 -DOUTCOMES
 * A waker that is too late for the first waiter does not try the next one.
 * mutant: MUTANT_LOST_GIVES_UP -DSCENE=2
 * mutant: MUTANT_LOST_GIVES_UP -DSCENE=2 -DOUTCOMES
 * The word is open again before the losers are off their queues.
 * mutant: MUTANT_OPENS_EARLY -DSCENE=1 -DOUTCOMES
 * The word is opened after the unlock, over a claim.
 * mutant: MUTANT_OPENS_LATE -DSCENE=1 -DOUTCOMES
 * Each select locks its channels in an order of its own: two selects wait for each other.
 * mutant: MUTANT_CASE_ORDER -DSCENE=4 -DOUTCOMES
 * A deadline does not check whether a case has happened: its value is lost.
 * mutant: MUTANT_TIMEOUT_NO_CLAIM -DSCENE=1 -DCLOSE -DDEADLINE -DOUTCOMES
 * The second sleep mistakes ASLEEP, which the first one left, for READY.
 * mutant: MUTANT_ASLEEP_IS_READY -DSCENE=2 -DCLOSE -DDEADLINE -DWORD -DOUTCOMES
 * A deadline that is too late goes on before the value is there.
 * mutant: MUTANT_TIMEOUT_LEAVES -DSCENE=1 -DCLOSE -DDEADLINE -DOUTCOMES
 * Close does not check whether the select is over.
 * mutant: MUTANT_CLOSE_NO_CLAIM -DSCENE=1 -DCLOSE
 * mutant: MUTANT_CLOSE_NO_CLAIM -DSCENE=1 -DCLOSE -DOUTCOMES
 * Close wakes only the receivers.
 * mutant: MUTANT_CLOSE_FORGETS_SENDERS -DSCENE=1 -DCLOSE -DOUTCOMES
 */
#define NOTHING 0
#define RECV 1
#define SEND 2

#if SCENE == 1 /* a select that receives, twice; a plain sender on each channel */
#define N 3
#define PARTIES run party(0, RECV, RECV, RECV, RECV); \
                run party(1, SEND, NOTHING, NOTHING, NOTHING); \
                run party(2, NOTHING, SEND, NOTHING, NOTHING)
#elif SCENE == 2 /* a select that receives, maybe with a plain receiver behind it */
#define N 3
#define PARTIES run party(0, RECV, RECV, NOTHING, NOTHING); \
                run party(1, NOTHING, RECV, NOTHING, NOTHING); \
                run party(2, SEND, NOTHING, NOTHING, SEND)
#elif SCENE == 3 /* a select that sends, twice; a plain receiver on each channel */
#define N 3
#define PARTIES run party(0, SEND, SEND, SEND, SEND); \
                run party(1, RECV, NOTHING, NOTHING, NOTHING); \
                run party(2, NOTHING, RECV, NOTHING, NOTHING)
#elif SCENE == 4 /* selects against each other, and a plain sender */
#define N 3
#define PARTIES run party(0, RECV, SEND, RECV, SEND); \
                run party(1, SEND, RECV, NOTHING, NOTHING); \
                run party(2, SEND, NOTHING, NOTHING, NOTHING)
#elif SCENE == 5 /* as 4, and a plain receiver */
#define N 4
#define PARTIES run party(0, RECV, SEND, RECV, SEND); \
                run party(1, SEND, RECV, SEND, RECV); \
                run party(2, SEND, NOTHING, NOTHING, NOTHING); \
                run party(3, RECV, NOTHING, NOTHING, NOTHING)
#elif SCENE == 6 /* two selects that receive, and a plain sender on each channel */
#define N 4
#define PARTIES run party(0, RECV, RECV, NOTHING, NOTHING); \
                run party(1, RECV, RECV, NOTHING, NOTHING); \
                run party(2, SEND, NOTHING, NOTHING, NOTHING); \
                run party(3, NOTHING, SEND, NOTHING, NOTHING)
#elif SCENE == 7 /* as 1, but once */
#define N 3
#define PARTIES run party(0, RECV, RECV, NOTHING, NOTHING); \
                run party(1, SEND, NOTHING, NOTHING, NOTHING); \
                run party(2, NOTHING, SEND, NOTHING, NOTHING)
#else
#error "SCENE is 1 to 7"
#endif
#define VALUES (2 * N) /* from 1; 0 means none */

#define NOBODY 255
#define OPEN 0 /* in selectDone; or 1 + the channel */
#define TIMED_OUT 3

#define READY 0 /* core/g/g.h */
#define WAITING 1
#define ASLEEP 2

/* How an operation ended. */
#define NOT_YET 0
#define DONE 1
#define CLOSED 2
#define TIMEOUT 3

bool held[2], closed[2];
chan queues[4] = [N] of { byte };      /* Gs; the queue determines which of a G's sudogs it is */
#define waitq(c, kind) queues[2 * (c) + (kind) - 1]
#define other(kind)    (3 - (kind)) /* RECV and SEND */

byte selectDone[N];
bool selects[N]; /* sudog.isSelect of a G's sudogs: there are two of them, and a word */
byte park[N];
#ifdef WORD
bool in_kernel[N];
#endif
byte out[N];     /* what a sudog's elem points to: the value to send */
byte in[N];      /* and the place for one that comes */
bool success[N];

bool moved[VALUES + 1], came[VALUES + 1];

#define live(c, kind, g) (waitq(c, kind)??[g] && !(selects[g] && selectDone[g]))
#if N > 3
#define waited(c, kind) (live(c, kind, 0) || live(c, kind, 1) || live(c, kind, 2) || \
                         live(c, kind, 3))
#else
#define waited(c, kind) (live(c, kind, 0) || live(c, kind, 1) || live(c, kind, 2))
#endif

inline lock(c)
{
    atomic { !held[c] -> held[c] = true }
}

inline unlock(c)
{
    d_step {
#ifndef OUTCOMES
        assert(!waited(c, RECV) || !waited(c, SEND));
        assert(!closed[c] || !waited(c, RECV) && !waited(c, SEND));
#endif
        held[c] = false
    }
}

/* A select's channels are locked in one order. */
inline lock_all()
{
#ifdef MUTANT_CASE_ORDER
    if
    :: me == 1 && selects[me] -> lock(1); lock(0)
    :: me != 1 && selects[me] -> lock(0); lock(1)
    :: k[0] && !k[1] -> lock(0)
    :: k[1] && !k[0] -> lock(1)
    fi
#else
    if
    :: k[0] -> lock(0)
    :: else
    fi;
    if
    :: k[1] -> lock(1)
    :: else
    fi
#endif
}

inline unlock_all()
{
    if
    :: k[1] -> unlock(1)
    :: else
    fi;
    if
    :: k[0] -> unlock(0)
    :: else
    fi
}

inline goready(g)
{
#ifndef OUTCOMES
    assert(park[g] != READY);
#endif
#ifdef WORD
    d_step { old = park[g]; park[g] = READY };
    if
    :: old == ASLEEP -> in_kernel[g] = false
    :: else
    fi;
    old = 0
#else
    park[g] = READY
#endif
}

/* park_futex_sleep(): until ready; if it is bounded, for a while. */
inline sleep()
{
#ifdef WORD
    d_step {
        old = park[me];
        if
        :: old == WAITING -> park[me] = ASLEEP
        :: else /* READY; or ASLEEP, from a sleep that was bounded */
        fi
    };
    do
#ifdef MUTANT_ASLEEP_IS_READY
    :: old != WAITING -> break
    :: old == WAITING && park[me] == READY -> break
    :: old == WAITING && park[me] != READY ->
#else
    :: park[me] == READY -> break
    :: park[me] != READY ->
#endif
        atomic {
            if
            :: park[me] != ASLEEP
            :: else ->
                in_kernel[me] = true;
                if
                :: !in_kernel[me]
#ifdef DEADLINE
                :: bounded -> in_kernel[me] = false; break
#endif
                fi
            fi
        }
    od;
    old = 0
#else
    if
    :: park[me] == READY
#ifdef DEADLINE
    :: bounded
#endif
    fi
#endif
}

/* sudog_claim() */
inline claim(g, how)
{
    d_step {
        won = selectDone[g] == OPEN;
        if
        :: won -> selectDone[g] = how
        :: else
        fi
    }
}

/* select_dequeue(), for one case. */
inline take_back(c)
{
    if
    :: selectDone[me] == 1 + c /* its waker has dequeued that one */
    :: else ->
        lock(c);
        d_step {
            if
            :: waitq(c, k[c])??[eval(me)] -> waitq(c, k[c])??eval(me)
            :: else
            fi
        };
        unlock(c)
    fi
}

/* The first waiter of a kind on channel c that can be claimed, as `peer`. The lock is held. */
inline dequeue(c, kind)
{
    do
    :: empty(waitq(c, kind)) -> peer = NOBODY; break
    :: nempty(waitq(c, kind)) ->
        waitq(c, kind)?peer;
        if
        :: selects[peer] ->
#ifdef MUTANT_NO_CLAIM
            d_step { selectDone[peer] = 1 + c; won = true };
#else
            claim(peer, 1 + c);
#endif
            if
            :: won -> break
#ifdef MUTANT_LOST_GIVES_UP
            :: else -> peer = NOBODY; break
#else
            :: else /* dropped: try the next one */
#endif
            fi
        :: else -> break
        fi
    od
}

/* Pass 1, for channel c: is it closed, or is a peer parked? The lock is held. */
inline try()
{
    if
#ifdef CLOSE
    :: closed[c] -> result = CLOSED
#endif
    :: !closed[c] ->
        dequeue(c, other(k[c]));
        if
        :: peer != NOBODY ->
            d_step {
                from = (k[c] == RECV -> peer : me);
                to = (k[c] == RECV -> me : peer);
                assert(in[to] == 0 && out[from] != 0 && !moved[out[from]]);
                in[to] = out[from];
                moved[out[from]] = true;
                success[peer] = true;
                result = DONE; kind = k[c]; from = 0; to = 0
            }
        :: else
        fi
    fi
}

/* select_park(), and park() of core/chan/chan.inc.h. The locks are held; they are released. */
inline park_on()
{
    d_step { /* all of it is ours, and done under the locks */
        park[me] = WAITING;
#ifndef MUTANT_OPENS_LATE
        selectDone[me] = OPEN;
#endif
        success[me] = false;
        if
        :: k[0] -> waitq(0, k[0])!me
        :: else
        fi;
        if
        :: k[1] -> waitq(1, k[1])!me
        :: else
        fi
    };
    unlock_all();
#ifdef MUTANT_OPENS_LATE
    selectDone[me] = OPEN;
#endif
#ifdef DEADLINE
    bounded = selects[me];
#endif
again:
    sleep(); /* select_sleep */
#ifdef DEADLINE
    if
    :: bounded && park[me] != READY ->
#ifdef MUTANT_TIMEOUT_NO_CLAIM
        result = TIMEOUT
#else
        claim(me, TIMED_OUT);
        if
        :: won -> result = TIMEOUT
#ifdef MUTANT_TIMEOUT_LEAVES
        :: else
#else
        :: else -> bounded = false; goto again /* a waker was first, and is about to hand over */
#endif
        fi
#endif
    :: else
    fi;
#endif
    d_step {
        kind = k[0] + k[1]; /* one is NOTHING, or it is a select: */
        won = success[me];
#ifdef DEADLINE
        bounded = false
#endif
    };
    if
    :: selects[me] ->
        if
        :: result == NOT_YET ->
            assert(selectDone[me] == 1 || selectDone[me] == 2);
            kind = k[selectDone[me] - 1]
#ifdef DEADLINE
        :: else
#endif
        fi;
#ifdef MUTANT_OPENS_EARLY
        selectDone[me] = OPEN;
#endif
#ifdef MUTANT_LOSER_STAYS
        skip
#else
        c = 0;
        do
        :: c < 2 -> take_back(c); c++
        :: else -> break
        od;
        c = 0
#endif
    :: else
    fi;
    d_step {
        park[me] = READY; /* a deadline leaves it as it is; nobody may read it then */
        if
        :: result == NOT_YET -> result = (won -> DONE : CLOSED)
        :: else
        fi
    }
}

#define queued(c, kind) waitq(c, kind)??[eval(me)]

proctype party(byte me, a0, a1, b0, b1)
{
    byte k[2], c, peer, result, kind, from, to, round;
    bool won;
#ifdef DEADLINE
    bool bounded;
#endif
#ifdef WORD
    byte old;
#endif

    do
    :: round == 0 || round == 1 && (b0 || b1) ->
        d_step {
            k[0] = (round == 0 -> a0 : b0);
            k[1] = (round == 0 -> a1 : b1);
            round++;
            out[me] = 2 * me + round;
            selects[me] = k[0] && k[1]
        };
        lock_all();
        if /* a select draws the order of its checks */
        :: k[0] -> c = 0
        :: k[1] -> c = 1
        fi;
        do
        ::
            try();
            if
            :: result == NOT_YET && selects[me] && !kind -> kind = k[c]; c = 1 - c
            :: else -> break
            fi
        od;
        if
        :: result == NOT_YET -> park_on()
        :: else ->
            unlock_all();
            if
            :: result == DONE -> goready(peer)
#ifdef CLOSE
            :: else
#endif
            fi
        fi;
        d_step { /* what it reports has happened, and nothing else */
#ifndef OUTCOMES
            assert(!queued(0, RECV) && !queued(0, SEND));
            assert(!queued(1, RECV) && !queued(1, SEND));
#endif
            assert((result == DONE && kind == RECV) == (in[me] != 0));
            assert((result == DONE && kind == SEND) == moved[out[me]]);
            if
            :: in[me] != 0 -> assert(!came[in[me]]); came[in[me]] = true
            :: else
            fi;
            in[me] = 0; out[me] = 0; success[me] = false; selects[me] = false;
            k[0] = 0; k[1] = 0; c = 0; peer = 0; result = 0; kind = 0; won = false
        }
    :: else -> break
    od
}

#ifdef CLOSE
proctype closer()
{
    chan woken = [N] of { byte };
    byte c, kind = RECV, peer;
    bool won;
#ifdef WORD
    byte old;
#endif

    do
    :: c < 2 ->
        lock(c);
        closed[c] = true;
        do
        :: kind <= SEND ->
#ifdef MUTANT_CLOSE_FORGETS_SENDERS
            if
            :: kind == SEND -> peer = NOBODY
            :: else -> dequeue(c, kind)
            fi;
#elif defined(MUTANT_CLOSE_NO_CLAIM)
            if
            :: nempty(waitq(c, kind)) -> waitq(c, kind)?peer
            :: empty(waitq(c, kind)) -> peer = NOBODY
            fi;
#else
            dequeue(c, kind);
#endif
            if
            :: peer != NOBODY -> success[peer] = false; woken!peer
            :: else -> kind++
            fi
        :: else -> break
        od;
        unlock(c);
        do
        :: nempty(woken) -> woken?peer; goready(peer)
        :: empty(woken) -> break
        od;
        kind = RECV;
        c++
    :: else -> break
    od
}
#endif

#ifdef WORD
proctype signals()
{
    do
    :: in_kernel[0] -> in_kernel[0] = false
    :: in_kernel[1] -> in_kernel[1] = false
    :: in_kernel[2] -> in_kernel[2] = false
    :: break
    od
}
#endif

init
{
    byte v;

    atomic {
        PARTIES;
#ifdef CLOSE
        run closer();
#endif
#ifdef WORD
        run signals()
#endif
    };
    _nr_pr == 1;
    do
    :: v < VALUES -> v++; assert(moved[v] == came[v])
    :: else -> break
    od
}

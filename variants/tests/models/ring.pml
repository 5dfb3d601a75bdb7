/* core/chan/ring.h and core/chan/ring.c under core/chan/chan.inc.h's send, receive and close:
 * operations without the lock, and operations that hold it and may park. Every value that is sent
 * arrives, and arrives once, each sender's values in order. What was sent before a close arrives
 * before any receiver learns of it, and nothing is sent after it. There are never more values than
 * CAP. No operation overtakes a parked G, and no G is parked for ever: one that still is at the end
 * is an invalid end state, and so is one that waits for a slot that nobody leaves.
 *
 * SENDERS Gs send SENDS values each, RECEIVERS Gs receive RECVS values each; with CLOSE, until they
 * learn of the close, which happens at some time. With TRY an operation may be non-blocking, and is
 * tried again if it gave up. It may give up only if there can have been no room, or no value,
 * judging by the operations that ended before it began and those that began before it ended. LAP is
 * the number of positions in a lap, CAP if not given; in the code it is the next power of two. With
 * OUTCOMES only what the parties see is asserted.
 *
 * A position is the code's word, with its bits. Everything that others may come between is a step
 * of its own: each load, store or swap without the lock, each store of the holder, and each copy of
 * a value. Parking is one step: the park word is in park.pml.
 *
 * verify: -DCAP=1 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=1 -DRECVS=4
 * verify: -DCAP=2 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=1 -DRECVS=4
 * verify: -DCAP=1 -DSENDERS=1 -DSENDS=4 -DRECEIVERS=2 -DRECVS=2
 * verify: -DCAP=2 -DLAP=4 -DSENDERS=1 -DSENDS=4 -DRECEIVERS=2 -DRECVS=2
 * verify: -DCAP=3 -DLAP=4 -DSENDERS=1 -DSENDS=8 -DRECEIVERS=1 -DRECVS=8
 * verify: -DCAP=1 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=1 -DRECVS=2 -DTRY
 * verify: -DCAP=2 -DSENDERS=1 -DSENDS=3 -DRECEIVERS=2 -DRECVS=1 -DTRY
 * verify: -DCAP=1 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=1 -DCLOSE
 * verify: -DCAP=2 -DSENDERS=1 -DSENDS=3 -DRECEIVERS=1 -DCLOSE -DTRY
 * long: -DCAP=1 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=2 -DRECVS=2
 * long: -DCAP=2 -DLAP=4 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=2 -DRECVS=2
 * long: -DCAP=1 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=2 -DRECVS=1 -DTRY
 * long: -DCAP=1 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=1 -DCLOSE
 * long: -DCAP=1 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=2 -DCLOSE
 *
 * The holder thaws although a G is parked.
 * mutant: MUTANT_THAWS_OVER_PARKED -DCAP=1 -DSENDERS=1 -DSENDS=2 -DRECEIVERS=1 -DRECVS=2 -DOUTCOMES
 * It thaws after the release: under the next holder, which found the ring frozen.
 * mutant: MUTANT_THAWS_LATE -DCAP=1 -DSENDERS=2 -DSENDS=2 -DRECEIVERS=1 -DRECVS=4 -DOUTCOMES
 * Receivers are not kept out: one takes a value that a sender is about to park behind.
 * mutant: MUTANT_FREEZES_TAIL_ONLY -DCAP=1 -DSENDERS=1 -DSENDS=2 -DRECEIVERS=1 -DRECVS=2 -DOUTCOMES
 * Senders are not kept out.
 * mutant: MUTANT_FREEZES_HEAD_ONLY -DCAP=1 -DSENDERS=1 -DSENDS=2 -DRECEIVERS=1 -DRECVS=2 -DOUTCOMES
 * The holder counts before it freezes.
 * mutant: MUTANT_COUNTS_FIRST -DCAP=1 -DSENDERS=1 -DSENDS=2 -DRECEIVERS=1 -DRECVS=2 -DOUTCOMES
 * The holder does not wait for the thread that claimed the slot before.
 * mutant: MUTANT_NO_SETTLE -DCAP=1 -DSENDERS=1 -DSENDS=2 -DRECEIVERS=1 -DRECVS=2 -DOUTCOMES
 * The tail does not carry the closed bit.
 * mutant: MUTANT_NO_CLOSED_BIT -DCAP=1 -DSENDERS=1 -DSENDS=1 -DRECEIVERS=1 -DCLOSE -DOUTCOMES
 * A receiver reads the tail for its position, and once more for the close.
 * mutant: MUTANT_TAIL_TWICE -DCAP=1 -DSENDERS=1 -DSENDS=1 -DRECEIVERS=1 -DCLOSE -DOUTCOMES
 * Only the slot decides whether the ring is full, or empty: a thread may be in the middle of it,
 * while others are past it.
 * mutant: MUTANT_SLOT_FULL -DCAP=2 -DSENDERS=1 -DSENDS=3 -DRECEIVERS=2 -DRECVS=1 -DTRY -DOUTCOMES
 * mutant: MUTANT_SLOT_EMPTY -DCAP=2 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=1 -DRECVS=2 -DTRY -DOUTCOMES
 * A sender's claim is a load and a store: two senders get one slot.
 * mutant: MUTANT_CLAIMS_IN_TWO -DCAP=2 -DSENDERS=2 -DSENDS=1 -DRECEIVERS=1 -DRECVS=2 -DOUTCOMES
 * The slot is published before the value is in it, or returned before it is out.
 * mutant: MUTANT_PUBLISHES_FIRST -DCAP=1 -DSENDERS=1 -DSENDS=2 -DRECEIVERS=1 -DRECVS=2 -DOUTCOMES
 * mutant: MUTANT_FREES_FIRST -DCAP=1 -DSENDERS=1 -DSENDS=2 -DRECEIVERS=1 -DRECVS=2 -DOUTCOMES
 */
#ifndef LAP
#define LAP CAP
#endif
#ifndef CLOSE
#if SENDERS * SENDS < RECEIVERS * RECVS || SENDERS * SENDS > RECEIVERS * RECVS + CAP
#error "as many values must be sent as are received, and what the buffer may keep"
#endif
#endif

#define N      (SENDERS + RECEIVERS)
#define VALUES (SENDERS * SENDS) /* from 1; 0 means none */

#define FROZEN 1 /* core/chan/ring.h, except for its lap, which is LAP * POS */
#define CLOSED 2
#define BITS (FROZEN | CLOSED)
#define POS 4
#define VALUE 1

#define NOBODY 255

/* How an operation, or its part without the lock, ended. */
#define LOCK 0
#define DONE 1
#define BLOCKED 2
#define OVER 3 /* closed: a receive drained it, a send panics */
#define PARKED 4

byte tail, head;
byte seq[CAP], slot[CAP];

bool held; /* the channel's lock; lock_*.pml check that it is one */
#ifdef CLOSE
bool closed;
#endif
chan sendq = [N] of { byte }; /* Gs */
chan recvq = [N] of { byte };
byte elem[N]; /* what the sudog points to */
bool success[N], ready[N];

/* To check an outcome. */
byte moved[SENDERS]; /* how many values of each sender have left the buffer, or bypassed it */
bool came[VALUES + 1];
#ifdef CLOSE
bool close_over;
#endif
#if defined(CLOSE) || defined(TRY)
#define BOUNDED
byte sent, sending;     /* sends that are done, and these plus those under way */
byte received, getting; /* receives, likewise */
#endif

#define bare(word)  ((word) & ~BITS)
#define index(word) ((word) / POS % LAP)
#define next(pos)   (index(pos) + 1 < CAP -> (pos) + POS : (pos) + (LAP - index(pos)) * POS)
#define lap(word)   ((word) / POS / LAP)
#define count()     ((lap(tail) - lap(head)) * CAP + index(tail) - index(head))

/* A value is the next one of its sender. */
inline judge(v)
{
    assert(v > 0 && (v - 1) % SENDS == moved[(v - 1) / SENDS]);
    moved[(v - 1) / SENDS]++
}

/* A thread without the lock moves a word. */
inline judge_claim()
{
#ifdef OUTCOMES
    skip
#else
    assert(empty(sendq) && empty(recvq));
    assert(count() <= CAP)
#endif
}

/* One step. `won`: it succeeded. Otherwise old becomes the word that was found. */
inline claim(word)
{
#ifdef MUTANT_CLAIMS_IN_TWO
    won = word == old;
    d_step {
        if
        :: won -> word = next(old)
        :: else -> old = word
        fi
    }
#else
    d_step {
        won = word == old;
        if
        :: won -> word = next(old); judge_claim()
        :: else -> old = word
        fi
    }
#endif
}

/* Reads the word again, to see that it has moved. */
inline again(word)
{
    d_step { won = word == old; old = word };
    if
    :: won -> end = LOCK; break
    :: else
    fi
}

inline ring_send()
{
    old = tail;
    do
    :: old & BITS -> end = LOCK; break
    :: !(old & BITS) ->
        if
        :: seq[index(old)] == old ->
            claim(tail);
            if
            :: won ->
#ifndef MUTANT_PUBLISHES_FIRST
                slot[index(old)] = v;
#endif
                seq[index(old)] = old | VALUE;
#ifdef MUTANT_PUBLISHES_FIRST
                slot[index(old)] = v;
#endif
                end = DONE;
                break
            :: else
            fi
        :: else ->
            if
#ifdef MUTANT_SLOT_FULL
            :: true -> end = BLOCKED; break
#else
            :: bare(head) + LAP * POS == old -> end = BLOCKED; break
            :: else -> again(tail)
#endif
            fi
        fi
    od
}

inline ring_recv()
{
    old = head;
    do
    :: old & FROZEN -> end = LOCK; break
    :: !(old & FROZEN) ->
        if
        :: seq[index(old)] == (old | VALUE) ->
            atomic {
                claim(head);
                if
                :: won -> v = slot[index(old)]; judge(v)
                :: else
                fi
            };
            if
            :: won ->
#ifdef MUTANT_FREES_FIRST
                seq[index(old)] = old + LAP * POS;
#endif
                v = slot[index(old)];
#ifndef MUTANT_FREES_FIRST
                seq[index(old)] = old + LAP * POS;
#endif
                end = DONE;
                break
            :: else
            fi
        :: else ->
            if
#ifdef MUTANT_SLOT_EMPTY
            :: true -> end = BLOCKED; break
#else
#ifdef MUTANT_TAIL_TWICE
            :: bare(tail) == old -> end = (tail & CLOSED -> OVER : BLOCKED); break
#elif defined(CLOSE)
            :: bare(tail) == old && tail & CLOSED -> end = OVER; break
            :: bare(tail) == old && !(tail & CLOSED) -> end = BLOCKED; break
#else
            :: bare(tail) == old -> end = BLOCKED; break
#endif
            :: else -> again(head)
#endif
            fi
        fi
    od
}

/* The holder's loads of frozen words are one step with the store before or after. */
inline lock()
{
    atomic { !held -> held = true };
#ifdef MUTANT_COUNTS_FIRST
    n = count();
#endif
    if /* ring_freeze() */
    :: tail & FROZEN -> look()
    :: else ->
#ifndef MUTANT_FREEZES_HEAD_ONLY
        tail = tail | FROZEN;
#endif
        d_step {
#ifndef MUTANT_FREEZES_TAIL_ONLY
            head = head | FROZEN;
#endif
            look()
        }
    fi
}

inline look()
{
#ifdef MUTANT_COUNTS_FIRST
    skip
#else
    n = count() /* qcount */
#endif
}

/* As core/chan/check.h's chan_broken(). */
inline judge_unlock()
{
#ifdef OUTCOMES
    skip
#else
    assert(count() <= CAP);
    assert(empty(recvq) || count() == 0);
    assert(empty(sendq) || count() == CAP);
#ifdef CLOSE
    assert(!closed || empty(recvq) && empty(sendq))
#endif
#endif
}

inline unlock()
{
#ifdef MUTANT_THAWS_LATE
    held = false;
#endif
    if /* ring_thaw() */
#ifdef MUTANT_THAWS_OVER_PARKED
    :: true -> tail = tail & ~FROZEN; head = head & ~FROZEN
#else
    :: d_step { nempty(sendq) || nempty(recvq) -> judge_unlock() }
    :: d_step { empty(sendq) && empty(recvq) -> judge_unlock(); tail = tail & ~FROZEN };
       head = head & ~FROZEN
#endif
    fi;
#ifndef MUTANT_THAWS_LATE
    held = false
#endif
}

/* ring_settled(): the slot at `old` is as it should be. */
inline settle(word)
{
#ifdef MUTANT_NO_SETTLE
    skip
#else
    seq[index(old)] == (word)
#endif
}

inline ring_put()
{
    atomic { old = bare(tail); settle(old); slot[index(old)] = v };
    seq[index(old)] = old | VALUE;
    tail = next(old) | (tail & BITS)
}

inline ring_take()
{
    atomic { old = bare(head); settle(old | VALUE); v = slot[index(old)]; judge(v) };
    seq[index(old)] = old + LAP * POS;
    head = next(old) | (head & BITS)
}

inline ring_promote()
{
    atomic {
        old = bare(head);
        settle(old | VALUE);
        v = slot[index(old)]; judge(v);
        slot[index(old)] = elem[peer]
    };
    seq[index(old)] = bare(tail) | VALUE;
    tail = next(bare(tail)) | (tail & BITS);
    head = next(old) | (head & BITS)
}

/* Steps 8 and 9 of core/chan/chan.inc.h, around the unlock. */
inline enqueue(q)
{
    d_step { elem[me] = v; success[me] = false; ready[me] = false; q!me; end = PARKED }
}

inline unlock_and_go_on()
{
    unlock();
    if
    :: end == PARKED ->
        ready[me];
        v = elem[me]; /* a receiver's; a sender has it already */
#ifdef CLOSE
        end = (success[me] -> DONE : OVER)
#else
        assert(success[me]);
        end = DONE
#endif
    :: peer != NOBODY -> ready[peer] = true
    :: else
    fi
}

proctype sender(byte me)
{
    byte i, v, old, n, end, peer = NOBODY;
    bool won;
#ifdef CLOSE
    bool late;
#endif
#ifdef TRY
    bool try;
    byte before;
#endif

    do
    :: i < SENDS ->
        d_step {
            v = me * SENDS + i + 1;
#ifdef BOUNDED
            sending++;
#endif
#ifdef CLOSE
            late = close_over;
#endif
#ifdef TRY
            before = received;
#endif
        };
#ifdef TRY
        if
        :: try = true
        :: try = false
        fi;
#endif
        ring_send();
        if
        :: end == DONE
#ifdef TRY
        :: end == BLOCKED && try
        :: end == LOCK || end == BLOCKED && !try ->
#else
        :: else ->
#endif
            lock();
            if
#ifdef CLOSE
            :: closed -> end = OVER /* 4 */
            :: !closed && nempty(recvq) -> /* 5 */
#else
            :: nempty(recvq) -> /* 5 */
#endif
                recvq?peer;
                d_step { elem[peer] = v; success[peer] = true; judge(v); end = DONE }
#ifdef CLOSE
            :: !closed && empty(recvq) ->
#else
            :: empty(recvq) ->
#endif
                if
                :: n < CAP -> ring_put(); end = DONE /* 6 */
#ifdef TRY
                :: n >= CAP && try -> end = BLOCKED /* 7 */
                :: n >= CAP && !try -> enqueue(sendq)
#else
                :: else -> enqueue(sendq)
#endif
                fi
            fi;
            unlock_and_go_on()
        fi;
        d_step {
            if
            :: end == DONE ->
                i++;
#ifdef BOUNDED
                sent++;
#endif
#ifdef CLOSE
                assert(!late);
            :: end == OVER ->
                assert(closed);
                sending--;
                i = SENDS
#endif
#ifdef TRY
            :: end == BLOCKED ->
#ifdef CLOSE
                assert(!late);
#endif
                sending--;
                assert(sending >= before + CAP)
#endif
            fi;
            v = 0; old = 0; n = 0; end = 0; peer = NOBODY; won = false; /* fewer states */
#ifdef TRY
            try = false; before = 0;
#endif
#ifdef CLOSE
            late = false
#endif
        }
    :: else -> break
    od
}

proctype receiver(byte me)
{
    byte v, old, n, end, peer = NOBODY;
    bool won;
#ifdef BOUNDED
    byte before;
#endif
#ifdef TRY
    bool try;
#endif
#ifndef CLOSE
    byte i;
#endif

    do
#ifdef CLOSE
    :: true ->
#else
    :: i == RECVS -> break
    :: i < RECVS ->
#endif
#ifdef BOUNDED
        d_step { before = sent; getting++ };
#endif
#ifdef TRY
        if
        :: try = true
        :: try = false
        fi;
#endif
        ring_recv();
        if
        :: end == DONE
#ifdef CLOSE
        :: end == OVER
#endif
#ifdef TRY
        :: end == BLOCKED && try
        :: end == LOCK || end == BLOCKED && !try ->
#else
        :: end == LOCK || end == BLOCKED ->
#endif
            lock();
            if
#ifdef CLOSE
            :: closed && n == 0 -> end = OVER /* 4 */
            :: nempty(sendq) -> /* 5 */
#else
            :: nempty(sendq) -> /* 5 */
#endif
                sendq?peer;
                ring_promote();
                d_step { success[peer] = true; end = DONE }
            :: empty(sendq) && n > 0 -> ring_take(); end = DONE /* 6 */
#ifdef CLOSE
            :: !closed && empty(sendq) && n == 0 ->
#else
            :: empty(sendq) && n == 0 ->
#endif
#ifdef TRY
                if
                :: try -> end = BLOCKED /* 7 */
                :: else -> enqueue(recvq)
                fi
#else
                enqueue(recvq)
#endif
            fi;
            unlock_and_go_on()
        fi;
        d_step {
            if
            :: end == DONE ->
                assert(v > 0 && !came[v]);
                came[v] = true;
#ifdef BOUNDED
                received++;
#endif
#ifndef CLOSE
                i++
#endif
#ifdef CLOSE
            :: end == OVER -> assert(closed)
#endif
#ifdef TRY
            :: end == BLOCKED
#endif
            fi;
#ifdef BOUNDED
            if
            :: end != DONE -> getting--; assert(before <= getting)
            :: else
            fi;
            before = 0;
#endif
#ifdef TRY
            try = false;
#endif
#ifndef CLOSE
            end = 0;
#endif
            v = 0; old = 0; n = 0; peer = NOBODY; won = false
        };
#ifdef CLOSE
        if
        :: end == OVER -> break
        :: else -> end = 0
        fi
#endif
    od
}

#ifdef CLOSE
proctype closer()
{
    chan woken = [N] of { byte };
    byte n, peer;

    lock();
    d_step {
        closed = true;
#ifndef MUTANT_NO_CLOSED_BIT
        tail = tail | CLOSED;
#endif
        do
        :: nempty(recvq) -> recvq?peer; woken!peer
        :: nempty(sendq) -> sendq?peer; woken!peer
        :: empty(recvq) && empty(sendq) -> break
        od
    };
    unlock();
    do
    :: nempty(woken) -> woken?peer; ready[peer] = true
    :: empty(woken) -> break
    od;
    close_over = true
}
#endif

init
{
    byte i;

    atomic {
        for (i : 1 .. CAP) { seq[i - 1] = (i - 1) * POS }
        for (i : 1 .. SENDERS) { run sender(i - 1) }
        for (i : 1 .. RECEIVERS) { run receiver(SENDERS + i - 1) }
#ifdef CLOSE
        run closer()
#endif
    };
    _nr_pr == 1;
#ifdef CLOSE
    assert(sent == received)
#else
    assert(count() == SENDERS * SENDS - RECEIVERS * RECVS)
#endif
}

/* What a P picks: core/sched/find.c and queues.c, with pick() of core/sched/proc.h and gosched(). Every
 * runnable goroutine runs within a bound, counted in picks, whatever the others do.
 *
 * One P; the other Ps only take from its ring, which helps. One goroutine, the victim, is followed:
 * how many come before it in its queue. Of the OTHERS only numbers matter, and how many are parked.
 * The goroutine that runs wakes any, yields or parks; threads make goroutines; deadlines pass. In the
 * code a P wakes others and starts to look for work meanwhile, which sched.pml is about.
 *
 * The ring has R places, and each K-th pick is the turn of others than runnext. The bound is that of
 * sched_state.h, whose n is OTHERS + 1.
 *
 * verify: -DOTHERS=7
 * long: -DOTHERS=11
 *
 * Runnext wins whenever there is one.
 * mutant: MUTANT_NEXT_WINS -DOTHERS=2
 * The global queue comes before the ring each time.
 * mutant: MUTANT_GLOBAL_FIRST -DOTHERS=7
 * The ring comes before the global queue each time.
 * mutant: MUTANT_RING_FIRST -DOTHERS=7
 * A goroutine that was due takes each turn.
 * mutant: MUTANT_DUE_FIRST -DOTHERS=7
 * A full ring spills its older half.
 * mutant: MUTANT_SPILLS_OLDER -DOTHERS=7
 * What comes from the global queue fills the ring.
 * mutant: MUTANT_FILLS_RING -DOTHERS=7
 * A yield is no pick.
 * mutant: MUTANT_YIELDS_FREE -DOTHERS=7
 */
#define R    4
#define HALF 2
#define K    2

#define FAIR_BOUND (2 * (K + 1))
#define BOUND      (FAIR_BOUND * (OTHERS + 1 + R))

#define PARKED 0 /* where the victim is */
#define NEXT   1
#define RING   2
#define GLOBAL 3
#define RUNS   4
#define DUE    5 /* taken from the timers, and not yet anywhere else */

byte where = PARKED, before; /* before: how many come before it in that queue */
byte picks;                  /* while it waits */
byte parked = OTHERS - 1; /* one runs */
bool next;
byte ring, global; /* how many wait there, the victim among them */
byte turns = K;
bool owed, global_first;

bool me, it, gp, due, due_it, peer, peer_it; /* me: the victim runs; ..._it: that one is the victim */
bool spills, moved;
byte n, room;

#define NONE   0
#define OTHER  1
#define VICTIM 2
byte passed, passed_then;

/* Puts a goroutine into the ring; v: it is the victim. A full ring spills. */
inline queue_put(v)
{
    spills = ring == R;
#ifdef MUTANT_SPILLS_OLDER
    moved = spills && where == RING && before < HALF;
    before = (moved -> before + global : (spills && where == RING -> before - HALF : before));
#else
    moved = spills && where == RING && before >= HALF;
    before = (moved -> before - HALF + global : before);
#endif
    where = (moved -> GLOBAL : where);
    ring = (spills -> ring - HALF : ring);
    global = (spills -> global + HALF : global);
    before = (v -> (spills -> global : ring) : before);
    where = (v -> (spills -> GLOBAL : RING) : where);
    ring = (spills -> ring : ring + 1);
    global = (spills -> global + 1 : global)
}

/* it: what was taken is the victim. */
inline runq_take()
{
    gp = ring > 0;
    it = gp && where == RING && before == 0;
    before = (where == RING && before > 0 -> before - 1 : before);
    ring = (gp -> ring - 1 : ring)
}

inline take_next()
{
    gp = next;
    it = next && where == NEXT;
    next = false
}

inline global_take()
{
    gp = global > 0;
#ifdef MUTANT_FILLS_RING
    room = R - ring;
#else
    room = (ring < HALF -> HALF - ring : 0);
#endif
    n = (global < room + 1 -> global : room + 1);
    it = gp && where == GLOBAL && before == 0;
    moved = where == GLOBAL && before > 0 && before < n;
    before = (moved -> before - 1 + ring : (where == GLOBAL && before >= n -> before - n : before));
    where = (moved -> RING : where);
    ring = (gp -> ring + n - 1 : ring);
    global = global - n
}

/* Into runnext, and what was there into the ring. */
inline queue_put_next(v)
{
    if
    :: next -> queue_put(where == NEXT)
    :: else
    fi;
    next = true;
    where = (v -> NEXT : where)
}

/* Which deadlines have passed, if this P's g0 looks: those of none, OTHER or VICTIM, twice. */
inline choose()
{
    if
    :: passed = NONE
    :: parked > 0 -> passed = OTHER
    :: where == PARKED -> passed = VICTIM
    fi;
    if
    :: passed_then = NONE
    :: passed != NONE && parked > (passed == OTHER -> 1 : 0) -> passed_then = OTHER
    :: passed == OTHER && where == PARKED -> passed_then = VICTIM
    fi
}

/* The first goroutine is `due`, the other one goes to the ring. */
inline take_due()
{
    due = passed != NONE;
    due_it = passed == VICTIM;
    where = (due_it -> DUE : where);
    parked = (passed == OTHER -> parked - 1 : parked);
    parked = (passed_then == OTHER -> parked - 1 : parked);
    if
    :: passed_then != NONE -> queue_put(passed_then == VICTIM)
    :: else
    fi
}

inline others_turn()
{
    gp = false;
    it = false;
#ifdef MUTANT_DUE_FIRST
    owed = due;
#else
    owed = due && !owed;
#endif
    turns = (owed -> 1 : K);
    if
    :: owed
    :: else ->
        global_first = !global_first;
#ifdef MUTANT_GLOBAL_FIRST
        global_first = true;
#endif
#ifdef MUTANT_RING_FIRST
        global_first = false;
#endif
        if
        :: global_first ->
            global_take();
            if
            :: !gp -> runq_take()
            :: else
            fi
        :: else ->
            runq_take();
            if
            :: !gp -> global_take()
            :: else
            fi
        fi;
        if
        :: gp && next -> next = false; queue_put(where == NEXT)
        :: else
        fi
    fi
}

/* g0's. */
inline find_own()
{
    take_due();
    gp = false;
    it = false;
    if
    :: turns == 0 -> others_turn()
    :: else
    fi;
    if
    :: gp && due -> queue_put_next(due_it)
    :: !gp && due -> gp = true; it = due_it
    :: else
    fi;
    if
    :: !gp -> take_next()
    :: else
    fi;
    if
    :: !gp -> runq_take()
    :: else
    fi;
    if
    :: !gp -> global_take()
    :: else
    fi
}

/* Whoever was taken runs; the victim, if it still waits, has waited for one pick more. */
inline go_on()
{
    where = (it -> RUNS : where);
    picks = (where == PARKED || where == RUNS -> 0 : picks + 1);
    assert(picks <= BOUND);
    me = it
}

inline look_around()
{
#ifdef MUTANT_NEXT_WINS
    turns = (turns == 1 -> K : turns - 1)
#else
    turns--
#endif
}

inline pick()
{
    look_around();
    gp = false;
    if
    :: turns -> take_next()
    :: else
    fi;
    if
    :: turns && !gp -> runq_take()
    :: else
    fi;
    if
    :: !gp -> find_own()
    :: else
    fi;
    it = (gp -> it : parked == 0); /* it went idle until there was something */
    parked = (gp || !parked -> parked : parked - 1);
    go_on()
}

inline gosched()
{
#ifndef MUTANT_YIELDS_FREE
    look_around();
#endif
    gp = false;
    it = false;
    if
    :: turns -> runq_take()
    :: else
    fi;
    peer = next;
    peer_it = next && where == NEXT;
    next = false;
    if
    :: !gp && turns && peer -> gp = true; it = peer_it
    :: (gp || !turns) && peer -> queue_put(peer_it)
    :: else
    fi;
    if
    :: gp || !turns ->
        where = (it -> RUNS : where); /* it is in no queue by now */
        queue_put(me);
        if
        :: !turns -> find_own()
        :: else
        fi;
        go_on()
    :: else /* no other goroutine is runnable */
    fi
}

/* What is not read any more would only multiply the states. */
inline forget()
{
    gp = false;
    it = false;
    due = false;
    due_it = false;
    passed = NONE;
    passed_then = NONE;
    spills = false;
    moved = false;
    peer = false;
    peer_it = false;
    n = 0;
    room = 0
}

active proctype p()
{
    do
    :: d_step { parked -> parked--; queue_put_next(false); forget() }
    :: d_step { where == PARKED -> queue_put_next(true); forget() }
    :: d_step { parked -> parked--; global++ } /* by a thread */
    :: d_step { where == PARKED -> where = GLOBAL; before = global; global++ }
    :: atomic {
        choose();
        d_step {
            where = (me -> PARKED : where);
            parked = (me -> parked : parked + 1);
            pick();
            forget()
        }
       }
    :: atomic { choose(); d_step { gosched(); forget() } }
    :: true -> break
    od
}

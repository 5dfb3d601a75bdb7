/* Who watches the timers: watch_for() in core/sched/idle.c, sysmon_cover() and sysmon_main() in
 * core/sched/sysmon.c, and look_around() in core/sched/proc.h. Whenever all that can go on have done
 * so, no deadline has passed unseen. Time passes only then, or with ANY_TIME in between as well.
 *
 * A goroutine runs on a P, adds timers, and takes them away again. It picks a few times, and then
 * computes for good, unless its P is to look at the next pick. (Each FAIR_TICK-th pick looks, too;
 * here there are not that many.) What is done under a lock is one step. A P that finds no work goes
 * idle; that it is woken for work is sched.pml's.
 *
 * verify: -DN=2 -DTIMERS=2 -DPICKS=1
 * verify: -DN=1 -DTIMERS=1 -DPICKS=3 -DANY_TIME
 * long: -DN=2 -DTIMERS=2 -DPICKS=2
 *
 * A goroutine adds the next timer, and its P does not look.
 * mutant: MUTANT_LOOKS_NOT -DN=2 -DTIMERS=1 -DPICKS=2
 * A P that goes on to run goroutines does not ask sysmon.
 * mutant: MUTANT_COVERS_NOT -DN=2 -DTIMERS=1 -DPICKS=2
 * It asks only for the timers of its own goroutine, and not for those that it watched.
 * mutant: MUTANT_COVERS_OWN -DN=2 -DTIMERS=2 -DPICKS=2
 * Sysmon does not repeat what a P may have written over.
 * mutant: MUTANT_ASKS_ONCE -DN=1 -DTIMERS=1 -DPICKS=3 -DANY_TIME
 * Sysmon reads the next deadline before it takes the lock.
 * mutant: MUTANT_READS_FIRST -DN=2 -DTIMERS=2 -DPICKS=2
 * Sysmon takes its note back after it has read the next deadline, outside the lock.
 * mutant: MUTANT_NOTE_LATE -DN=2 -DTIMERS=2 -DPICKS=2
 * The watcher does not learn of a new timer.
 * mutant: MUTANT_WATCHES_NOT -DN=2 -DTIMERS=1 -DPICKS=2
 */
#define K       9 /* FAIR_TICK; more than there are picks */
#define FOREVER 3
#define LAST    2 /* the latest deadline */
#define NOBODY  N

byte now;
byte when[TIMERS]; /* 0: not there */
byte added;
byte next = FOREVER; /* timers.next */

byte turns[N] = K;
bool idle[N], note[N + 1]; /* the last one is nobody's */
byte watcher = NOBODY, watch_until;
byte sysmon_until = FOREVER;
bool sysmon_note, over;

inline publish()
{
    next = FOREVER;
    i = 0;
    do
    :: i < TIMERS ->
        if
        :: when[i] && when[i] < next -> next = when[i]
        :: else
        fi;
        i++
    :: else -> break
    od;
    i = 0
}

/* Those that are due go on, and are no longer there. */
inline take_due()
{
    d_step {
        i = 0;
        do
        :: i < TIMERS ->
            if
            :: when[i] && when[i] <= now -> when[i] = 0; due = true
            :: else
            fi;
            i++
        :: else -> break
        od;
        publish()
    }
}

inline idle_remove(q)
{
    idle[q] = false;
    if
    :: watcher == q ->
        watcher = (idle[N - 1 - q] -> N - 1 - q : NOBODY);
        note[watcher] = watcher != NOBODY
    :: else
    fi
}

/* The goroutine that runs on `me` is about to park until a deadline. */
inline timer_add()
{
    atomic {
        if
        :: added == TIMERS
        :: added < TIMERS -> until = 1
        :: added < TIMERS -> until = LAST
        fi;
        if
        :: until ->
            when[added] = until;
            added++;
            own = until < next;
            publish()
        :: else
        fi
    };
    if
    :: own ->
        d_step { /* watch_for() */
#ifndef MUTANT_WATCHES_NOT
            note[watcher] = note[watcher] || (watcher != NOBODY && until < watch_until);
#endif
#ifndef MUTANT_LOOKS_NOT
            if
            :: until < sysmon_until -> turns[me] = 1
            :: else
            fi
#endif
        }
    :: else
    fi;
    until = 0
}

inline sysmon_cover()
{
#if defined(MUTANT_COVERS_NOT)
    until = FOREVER;
#elif defined(MUTANT_COVERS_OWN)
    until = (own -> next : FOREVER);
#else
    until = next;
#endif
    if
    :: until < sysmon_until -> sysmon_note = true
    :: else
    fi;
    d_step { until = 0; own = false }
}

/* Until it is no longer idle. */
inline go_idle()
{
    d_step {
        own = false;
        idle[me] = true;
        if
        :: watcher == NOBODY -> watcher = me
        :: else
        fi
    };
    do
    :: idle[me] ->
        d_step {
            until = (watcher == me -> next : FOREVER);
            if
            :: watcher == me -> watch_until = until
            :: else
            fi
        };
        atomic { /* sleeps */
            if
            :: note[me] -> note[me] = false
            :: until <= now
            :: !woken -> woken = true; idle_remove(me) /* for work */
            :: over -> goto stopped
            fi;
            until = 0;
            if
            :: idle[me] && next <= now -> idle_remove(me)
            :: else
            fi
        }
    :: else -> break
    od
}

active [N] proctype p()
{
    byte me = _pid, i, left, until, picks;
    bool own, due, woken;

    do
    :: picks < PICKS || turns[me] == 1 ->
        if
        :: picks < PICKS ->
            picks++;
            if
            :: timer_add()
            :: d_step { when[0] -> when[0] = 0; publish() } /* a deadline ends early */
            :: true
            fi
        :: else
        fi;
        left = turns[me] - 1; /* look_around() */
        turns[me] = left;
        if
        :: left -> goto picked /* there is another one in the ring */
        :: true
        fi;
g0:     take_due();
        if
        :: turns[me] == 0 -> turns[me] = K
        :: else
        fi;
        if
        :: due -> due = false
        :: !due /* there is other work */
        :: !due -> go_idle(); goto g0
        fi;
        sysmon_cover();
picked: left = 0
    :: over -> break
    od;
stopped: skip
}

active proctype sysmon()
{
    byte until;
    do
    :: true ->
        if
        :: next > now
        :: else -> turns[0] = 1; turns[N - 1] = 1
        fi;
#ifdef MUTANT_READS_FIRST
        until = next;
#endif
        d_step {
#ifndef MUTANT_READS_FIRST
            until = next;
#endif
#ifdef MUTANT_ASKS_ONCE
            until = (until <= now -> FOREVER : until);
#endif
            sysmon_until = until;
#ifndef MUTANT_NOTE_LATE
            sysmon_note = false
#endif
        };
#ifdef MUTANT_NOTE_LATE
        sysmon_note = false;
#endif
        if
        :: sysmon_note || until <= now
        :: over -> break
        fi;
        until = 0
    od
}

active proctype clock()
{
    do
#ifdef ANY_TIME
    :: now < LAST -> now++
#endif
    :: timeout -> /* nothing else can go on */
        assert(next > now);
        if
#ifndef ANY_TIME
        :: now < LAST -> now++
#endif
        :: now == LAST -> over = true; break
        fi
    od
}

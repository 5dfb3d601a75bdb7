/* variants/park/go.h with core/sched/proc.h's gopark() and finish() and core/sched/timer.c: a
 * goroutine leaves its stack, and a waker, its deadline and its own P decide which of them queues
 * it. It is never forgotten, never queued twice, never resumed while its stack is in use, and goes
 * on only if it was woken or its time is over. A goroutine that is never resumed is an invalid end
 * state.
 *
 * The goroutine parks PARKS times, each time with or without a deadline, and on one of PS Ps, which
 * changes. `selectDone` is core/chan/select.inc.h's claim; sometimes no waker comes to a park with
 * a deadline. Timers have their lock, as in core/sched/timer.c.
 *
 * verify: -DPS=1 -DPARKS=2
 * verify: -DPS=2 -DPARKS=2
 * long: -DPS=3 -DPARKS=3
 *
 * Both meet P2: a waker that comes before it, and a deadline that loses.
 * reaches: REACHES_READY_FIRST -DPS=1 -DPARKS=1
 * reaches: REACHES_DEADLINE_LOST -DPS=2 -DPARKS=1
 *
 * P2 is a store: it overwrites READY.
 * mutant: MUTANT_STORES_ASLEEP -DPS=1 -DPARKS=1
 * P2 fails, and nobody queues it.
 * mutant: MUTANT_FORGETS -DPS=1 -DPARKS=1
 * P2 comes before P1: it is queued, and resumed, while it still runs on its stack.
 * mutant: MUTANT_ASLEEP_FIRST -DPS=2 -DPARKS=1
 * K2 queues a goroutine that has not left its stack yet: P2 queues it as well.
 * mutant: MUTANT_QUEUES_WAITING -DPS=1 -DPARKS=1
 * K1 is a load and a store: P2 comes between them.
 * mutant: MUTANT_READY_IN_TWO -DPS=1 -DPARKS=1
 * K2 comes before K1: the goroutine goes on, and believes that its time is over.
 * mutant: MUTANT_READY_LATE -DPS=1 -DPARKS=1
 * A deadline reads ASLEEP, then takes the goroutine: a waker comes between them.
 * mutant: MUTANT_DEADLINE_IN_TWO -DPS=1 -DPARKS=1
 * A deadline queues it and leaves the word ASLEEP: a waker queues it again.
 * mutant: MUTANT_DEADLINE_LEAVES_ASLEEP -DPS=1 -DPARKS=1
 * A deadline queues a goroutine that has not left its stack yet.
 * mutant: MUTANT_DEADLINE_TAKES_WAITING -DPS=1 -DPARKS=1
 * A deadline that comes before P2 is not tried again.
 * mutant: MUTANT_DEADLINE_ONCE -DPS=1 -DPARKS=1
 * The deadline of a finished park stays, and ends the next one.
 * mutant: MUTANT_TIMER_STAYS -DPS=1 -DPARKS=2
 */
#define READY   0 /* core/g/g.h */
#define WAITING 1
#define ASLEEP  2

#define OPEN     0 /* selectDone */
#define CLAIMED  1
#define TIMEDOUT 2

byte park = READY;
byte selectDone;
byte value;      /* what the waker hands over: the number of the park */
bool sudog;      /* queued on the channel */
byte parks;      /* how many have begun */
bool timer_held; /* the timers' lock */
bool timer_set;

byte queued = 1; /* how many times it is in the run queues; it begins as a new one */
bool off = true; /* it has left its stack: what it resumes from is written */
bool runs;       /* its P has jumped to it, and it has not jumped away */
bool ended;

inline queue()
{
    d_step { queued++; assert(queued == 1 && !runs) }
}

/* switch_to() and pick(): from here its P goes on, and has to do P2. */
inline leave()
{
    atomic { runs = false; runs }
}

/* park_go_sleep() */
inline sleep()
{
    if
    :: park == READY
    :: else ->
#ifdef MUTANT_ASLEEP_FIRST
        if
        :: atomic { park == WAITING -> park = ASLEEP }; leave()
        :: park == READY
        fi
#else
        leave()
#endif
    fi
}

active proctype goroutine()
{
    bool bounded;

    runs;
    do
    :: parks < PARKS ->
        d_step {
            parks++;
            value = 0;
            selectDone = OPEN;
            park = WAITING;
            sudog = true
        };
        if
        :: bounded = true; atomic { !timer_held -> timer_set = true }
        :: d_step { sudog -> sudog = false; bounded = true }; /* no waker ever comes */
           atomic { !timer_held -> timer_set = true }
        :: bounded = false
        fi;
        sleep();
#ifndef MUTANT_TIMER_STAYS
        atomic { !timer_held -> timer_set = false };
#endif
        if
        :: park == READY
        :: else ->
            assert(bounded);
            if
            :: atomic { selectDone == OPEN -> selectDone = TIMEDOUT; sudog = false }
            :: selectDone == CLAIMED -> /* the waker is on its way */
                sleep();
                assert(park == READY)
            fi
        fi;
        assert(selectDone == TIMEDOUT || value == parks)
    :: else -> break
    od;
    atomic { ended = true; runs = false }
}

active [PS] proctype p()
{
    do
    :: atomic {
        queued > 0 ->
            queued--;
            assert(off && !runs && !ended);
            off = false;
            runs = true
       };
       !runs; /* it has jumped to another stack, here the P's own */
       if
       :: ended -> break
       :: else
       fi;
       off = true; /* arrive(): gp->sched */
#ifdef MUTANT_ASLEEP_FIRST
       skip
#elif defined(MUTANT_STORES_ASLEEP)
       park = ASLEEP
#else
       if /* P2 */
       :: atomic { park == WAITING -> park = ASLEEP }
       :: atomic {
            park == READY ->
#ifdef REACHES_READY_FIRST
                assert(false)
#endif
          };
#ifndef MUTANT_FORGETS
          queue()
#endif
       fi
#endif
    :: ended -> break
    od
}

active proctype waker()
{
    byte old;

    do
    :: atomic { sudog && selectDone == OPEN -> selectDone = CLAIMED; sudog = false };
       value = parks;
#ifdef MUTANT_READY_LATE
       old = park;
       if
       :: old == ASLEEP -> queue()
       :: else
       fi;
       park = READY;
       old = READY
#elif defined(MUTANT_READY_IN_TWO)
       old = park;
       park = READY
#else
       d_step { old = park; park = READY } /* K1 */
#endif
       ;
       if /* K2 */
#ifdef MUTANT_QUEUES_WAITING
       :: old == ASLEEP || old == WAITING -> queue()
#else
       :: old == ASLEEP -> queue()
#endif
       :: else
       fi;
       old = 0
    :: ended -> break
    od
}

/* timers_due(), by a P that stands for all of them: it runs at any time, and in the end it does. */
active proctype timer()
{
    bool due;

    do
    :: atomic { timer_set && !timer_held -> timer_held = true };
       if
#ifdef MUTANT_DEADLINE_IN_TWO
       :: park == ASLEEP -> park = WAITING; due = true
#elif defined(MUTANT_DEADLINE_LEAVES_ASLEEP)
       :: park == ASLEEP -> due = true
#elif defined(MUTANT_DEADLINE_TAKES_WAITING)
       :: atomic { park == ASLEEP || park == WAITING -> park = WAITING; due = true }
#else
       :: atomic { park == ASLEEP -> park = WAITING; due = true }
#endif
       :: park == READY ->
#ifdef REACHES_DEADLINE_LOST
            assert(false);
#endif
            timer_set = false
#ifndef MUTANT_DEADLINE_TAKES_WAITING
       :: park == WAITING -> /* not off its stack yet: try again later */
#ifdef MUTANT_DEADLINE_ONCE
            timer_set = false
#else
            skip
#endif
#endif
       fi;
       if
       :: due -> timer_set = false
       :: else
       fi;
       timer_held = false;
       if
       :: due -> due = false; queue()
       :: else
       fi
    :: ended && !timer_set -> break
    od
}

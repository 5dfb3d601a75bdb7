/* variants/lock/futex.h: the three-state futex mutex. Two threads are never inside, and nobody
 * sleeps for ever: a lost wake-up leaves a thread in futex_wait, which is an invalid end state.
 *
 * N threads take the lock K times each. `signals` wakes any sleeper, as often as it likes, until it
 * stops for good: a lost wake-up that it could hide shows once it has stopped.
 *
 * verify: -DN=2 -DK=3
 * verify: -DN=3 -DK=2
 * verify: -DN=3 -DK=3
 * long: -DN=4 -DK=1
 * long: -DN=3 -DK=6
 *
 * A woken thread takes the lock with HELD: its release wakes nobody, and another sleeper sleeps on.
 * That takes a holder and two sleepers; with two threads, the woken one was the last.
 * mutant: MUTANT_RETAKES_HELD -DN=3 -DK=1
 * survives: MUTANT_RETAKES_HELD -DN=2 -DK=3
 *
 * The release loads and stores, in two steps: a waiter comes between them.
 * mutant: MUTANT_RELEASE_STORES -DN=2 -DK=1
 * The release does not wake.
 * mutant: MUTANT_NO_WAKE -DN=2 -DK=1
 * The kernel sleeps without comparing: the wake comes between the exchange and the sleep.
 * mutant: MUTANT_NO_COMPARE -DN=2 -DK=1
 * The waiter sleeps without having set SLEEPERS.
 * mutant: MUTANT_SLEEPS_UNSAID -DN=2 -DK=1
 * A woken waiter enters as if the lock had been handed over: a spurious wake-up is enough.
 * mutant: MUTANT_NO_LOOP -DN=2 -DK=1
 */
#define FREE 0
#define HELD 1
#define SLEEPERS 2

byte word = FREE;
byte asleep;                /* how many threads are in the kernel */
chan wake = [0] of { bit }; /* reaches any one of them */
byte inside;

#define cas(from, to, ok) d_step { ok = (word == from); if :: ok -> word = to :: else fi }
#define xchg(to, was)     d_step { was = word; word = to }

/* core/base/futex.h. Comparing and falling asleep are one step: the kernel holds the lock of the
 * bucket. */
inline futex_wait(expected)
{
    atomic {
        if
#ifndef MUTANT_NO_COMPARE
        :: word != expected
        :: else -> asleep++; wake?_
#else
        :: asleep++; wake?_
#endif
        fi
    }
}

inline futex_wake()
{
    atomic {
        if
        :: asleep > 0 -> asleep--; wake!0
        :: else
        fi
    }
}

inline acquire()
{
    cas(FREE, HELD, ok); /* lock_futex_acquire */
    if
    :: ok
    :: else ->
        do /* lock_futex_wait: the bursts, any number of them; one that saw it held did nothing */
        :: word == FREE ->
            cas(FREE, HELD, ok);
            if :: ok -> goto got :: else fi
        :: break
        od;
        do /* and the loop around futex_wait */
        ::
#ifdef MUTANT_RETAKES_HELD
            d_step { was = word; word = (woken && was == FREE -> HELD : SLEEPERS) };
#elif defined(MUTANT_SLEEPS_UNSAID)
            d_step { was = word; word = (was == FREE -> SLEEPERS : was) };
#else
            xchg(SLEEPERS, was);
#endif
            if
            :: was == FREE -> break
            :: else
            fi;
#ifdef MUTANT_SLEEPS_UNSAID
            futex_wait(was);
#else
            futex_wait(SLEEPERS);
#endif
#ifdef MUTANT_RETAKES_HELD
            woken = true;
#endif
#ifdef MUTANT_NO_LOOP
            break
#endif
        od
    fi;
got: skip
}

inline release()
{
#ifdef MUTANT_RELEASE_STORES
    was = word;
    word = FREE;
#else
    xchg(FREE, was); /* lock_futex_release */
#endif
#ifndef MUTANT_NO_WAKE
    if
    :: was == SLEEPERS -> futex_wake()
    :: else
    fi
#endif
}

active [N] proctype thread()
{
    byte was, k;
    bool ok;
#ifdef MUTANT_RETAKES_HELD
    bool woken;
#endif

    do
    :: k < K ->
        acquire();
        inside++;
        assert(inside == 1);
        inside--;
        release();
        d_step { k++; was = 0; ok = 0 } /* reset its variables: fewer states */
    :: else -> break
    od
}

active proctype signals()
{
    do
    :: asleep > 0 -> futex_wake()
    :: break
    od
}

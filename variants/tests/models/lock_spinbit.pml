/* variants/lock/spinbit.h: one waiter spins, the others sleep in a stack. Two threads are never
 * inside; nobody sleeps for ever: a lost wake-up is an invalid end state; and no thread touches a
 * node whose owner is awake.
 *
 * The word is three variables, compared and changed in one step. A sleeper's word is all that is
 * modelled of the futex: it is written before the wake, and the kernel compares it
 * (lock_futex.pml). One release in PERIOD that finds sleepers wakes the last of them.
 *
 * verify: -DN=4 -DK=1 -DPERIOD=2
 * long: -DN=3 -DK=2 -DPERIOD=2
 * long: -DN=3 -DK=3 -DPERIOD=3
 * long: -DN=4 -DK=2 -DPERIOD=2
 *
 * The spinning waiter goes to sleep without clearing its bit: nobody wakes it.
 * mutant: MUTANT_SLEEPS_SPINNING -DN=2 -DK=1 -DPERIOD=9
 * The spinning waiter acquires without clearing its bit: its release wakes nobody. That takes a
 * sleeper beside the spinning waiter.
 * mutant: MUTANT_HOLDS_SPINNING -DN=3 -DK=1 -DPERIOD=9
 * survives: MUTANT_HOLDS_SPINNING -DN=2 -DK=1 -DPERIOD=9
 * A waiter pushes itself whether or not the lock is still held.
 * mutant: MUTANT_SLEEPS_UNHELD -DN=2 -DK=1 -DPERIOD=9
 * A woken waiter enters as if the lock had been handed over.
 * mutant: MUTANT_NO_LOOP -DN=3 -DK=1 -DPERIOD=9
 * The holder takes off the first sleeper without comparing the word: a waiter that has pushed
 * itself before that one is forgotten.
 * mutant: MUTANT_TAKES_OFF_BLINDLY -DN=3 -DK=1 -DPERIOD=9
 * The last sleeper is woken but stays in the list.
 * mutant: MUTANT_STAYS_LINKED -DN=3 -DK=1 -DPERIOD=1
 */
#define NIL 0

bool held, spins;
byte first = NIL; /* the thread that went to sleep last; threads are 1 to N */
byte next[N + 1];
bool asleep[N + 1];
byte wakes;
byte inside;

#define look()     d_step { w_held = held; w_spins = spins; w_first = first }
#define is_same    (held == w_held && spins == w_spins && first == w_first)
#define swap(h, s, f)                                                         \
    d_step {                                                                  \
        ok = is_same;                                                         \
        if                                                                    \
        :: ok -> held = h; spins = s; first = f                               \
        :: else -> w_held = held; w_spins = spins; w_first = first            \
        fi                                                                    \
    }

inline wait() /* lock_spinbit_wait */
{
    look();
    do
    :: !w_held ->
#ifdef MUTANT_HOLDS_SPINNING
        swap(true, w_spins, w_first);
#else
        swap(true, w_spins && !spinning, w_first);
#endif
        if :: ok -> break :: else fi
    :: w_held && !w_spins ->
        swap(true, true, w_first);
        d_step { if :: ok -> spinning = true; w_spins = true :: else fi }
    :: w_held && w_spins && (spinning || was_last) -> look() /* a burst */
    :: w_held && w_spins -> /* spinbit_sleep */
        d_step { next[me] = w_first; asleep[me] = true }
#if defined(MUTANT_SLEEPS_SPINNING)
        swap(true, w_spins, me);
#elif defined(MUTANT_SLEEPS_UNHELD)
        d_step { ok = true; next[me] = first; first = me; if :: spinning -> spins = false :: else fi }
#else
        swap(true, w_spins && !spinning, me);
#endif
        if
        :: ok ->
            !asleep[me];
            d_step { spinning = false; was_last = (next[me] == NIL); next[me] = NIL }
#ifdef MUTANT_NO_LOOP
            held = true;
            break;
#endif
            look()
        :: else
        fi
    od
}

inline release() /* lock_spinbit_release, lock_spinbit_release_waited */
{
    d_step { ok = (held && !spins && first == NIL); if :: ok -> held = false :: else fi }
    if
    :: ok
    :: else ->
        look();
        d_step {
            last = NIL; fair = false;
            if
            :: w_first != NIL ->
                wakes++;
                if :: wakes == PERIOD -> fair = true; wakes = 0 :: else fi
            :: else
            fi
        }
        if
        :: fair && next[w_first] != NIL -> /* spinbit_unlink_last; only the holder changes links */
            d_step {
                last = w_first;
                do
                :: next[next[last]] != NIL -> last = next[last]
                :: else -> break
                od;
                woken = last; last = next[last];
#ifndef MUTANT_STAYS_LINKED
                next[woken] = NIL
#endif
            }
        :: else
        fi;
        do
        ::
            if
            :: last == NIL && (fair || !w_spins) && w_first != NIL ->
                woken = w_first;
                assert(asleep[woken]);
#ifdef MUTANT_TAKES_OFF_BLINDLY
                d_step { ok = true; held = false; first = next[woken] };
#else
                swap(false, w_spins, next[woken]);
#endif
            :: else ->
                woken = last;
                swap(false, w_spins, w_first);
            fi;
            if :: ok -> break :: else fi
        od;
        if
        :: woken != NIL -> d_step { assert(asleep[woken]); asleep[woken] = false }
        :: else
        fi
    fi
}

active [N] proctype thread()
{
    byte me = _pid + 1, k, w_first, last, woken;
    bool ok, w_held, w_spins, spinning, was_last, fair;

    do
    :: k < K ->
        d_step { /* lock_spinbit_acquire */
            ok = (!held && !spins && first == NIL);
            if :: ok -> held = true :: else fi
        }
        if
        :: ok
        :: else -> wait()
        fi;
        inside++;
        assert(inside == 1);
        inside--;
        release();
        d_step { /* reset its variables: fewer states */
            k++; w_first = 0; last = 0; woken = 0;
            ok = 0; w_held = 0; w_spins = 0; spinning = 0; was_last = 0; fair = 0
        }
    :: else -> break
    od
}

/* variants/lock/spin.h: test-and-test-and-set. Two threads are never inside, and each waiter gets
 * in: waiting is modelled as being blocked until the word looks free, so a lock that stays held is
 * an invalid end state. The pauses are left out.
 *
 * verify: -DN=3 -DK=3
 * verify: -DN=4 -DK=2
 * long: -DN=5 -DK=3
 *
 * The exchange is a load and then a store: another thread comes between them.
 * mutant: MUTANT_TEST_THEN_SET -DN=2 -DK=1
 * The waiter that reads a free word enters without the exchange.
 * mutant: MUTANT_LOOK_IS_LOCK -DN=3 -DK=1
 * Nobody releases.
 * mutant: MUTANT_NO_RELEASE -DN=2 -DK=1
 */
bit held;
byte inside;

inline xchg_held()
{
#ifdef MUTANT_TEST_THEN_SET
    was = held;
    if :: !was -> held = 1 :: else fi;
#else
    d_step { was = held; held = 1 }
#endif
}

active [N] proctype thread()
{
    byte k;
    bit was;

    do
    :: k < K ->
        xchg_held(); /* lock_spin_acquire */
        do           /* lock_spin_wait */
        :: was ->
            held == 0; /* only reads */
#ifdef MUTANT_LOOK_IS_LOCK
            break
#endif
            xchg_held()
        :: else -> break
        od;
        inside++;
        assert(inside == 1);
        inside--;
#ifndef MUTANT_NO_RELEASE
        held = 0; /* lock_spin_release */
#endif
        d_step { k++; was = 0 }
    :: else -> break
    od
}

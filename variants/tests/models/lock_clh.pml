/* variants/lock/clh.h: the CLH lock. Two threads are never inside, they enter in the order of their
 * arrival, and each waiter gets in: waiting is modelled as being blocked until the node before is
 * clear, so a node that nobody clears is an invalid end state. A thread may hold several locks but
 * has only one spare node: so there are two locks here, taken in order and released in reverse.
 *
 * Nodes are numbers: first those of the locks, then one for each thread.
 *
 * verify: -DN=3 -DK=2
 * verify: -DN=4 -DK=1
 * long: -DN=3 -DK=3
 * long: -DN=4 -DK=2
 *
 * The holder keeps its own node: its next acquire spins on that.
 * mutant: MUTANT_KEEPS_OWN -DN=1 -DK=2
 * The node is set after the swap that publishes it: the next thread finds it clear.
 * mutant: MUTANT_SETS_LATE -DN=2 -DK=1
 * The node is swapped in with a load and a store: two threads get the same node before theirs.
 * mutant: MUTANT_SWAPS_IN_TWO -DN=2 -DK=1
 * The release clears the node that was before it.
 * mutant: MUTANT_CLEARS_BEFORE -DN=2 -DK=1
 */
#define LOCKS 2

byte tail[LOCKS];
byte head[LOCKS];
bool held[LOCKS + N];
byte inside[LOCKS];
byte came[LOCKS], entered[LOCKS]; /* to check the order */

inline acquire(l)
{
#ifndef MUTANT_SETS_LATE
    held[spare] = true;
#endif
#ifdef MUTANT_SWAPS_IN_TWO
    before = tail[l];
#endif
    d_step {
#ifndef MUTANT_SWAPS_IN_TWO
        before = tail[l];
#endif
        tail[l] = spare; turn = came[l]; came[l]++
    }
#ifdef MUTANT_SETS_LATE
    held[spare] = true;
#endif
    !held[before];
    d_step {
        inside[l]++;
        assert(inside[l] == 1 && entered[l] == turn);
        entered[l]++;
        head[l] = spare;
#ifndef MUTANT_KEEPS_OWN
        spare = before
#endif
    }
}

inline release(l)
{
    inside[l]--;
#ifdef MUTANT_CLEARS_BEFORE
    held[spare] = false
#else
    held[head[l]] = false
#endif
}

proctype thread(byte spare)
{
    byte before, turn, k;

    do
    :: k < K ->
        acquire(0);
        if
        :: acquire(1); release(1)
        :: skip
        fi;
        release(0);
        d_step { k++; before = 0; turn = 0 }
    :: else -> break
    od
}

init
{
    byte i;
    atomic {
        tail[1] = 1; /* lock_clh_init */
        for (i : 1 .. N) { run thread(LOCKS + i - 1) }
    }
}

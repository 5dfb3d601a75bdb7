/* variants/lock/mcs.h: the MCS lock, its K42 variant. Two threads are never inside, they enter in
 * the order of their arrival, and each waiter gets in: a lost hand-over leaves a thread waiting,
 * which is an invalid end state. A node is on its waiter's stack: nobody may touch it once its
 * owner has gone on.
 *
 * Links are numbers: 0 is the lock's, 1 to N are the waiters'; NIL means none.
 *
 * verify: -DN=3 -DK=3
 * verify: -DN=4 -DK=1
 * long: -DN=4 -DK=2
 *
 * The holder leaves the list without checking whether another waiter came after it.
 * mutant: MUTANT_LEAVES_BLINDLY -DN=3 -DK=1
 * survives: MUTANT_LEAVES_BLINDLY -DN=2 -DK=1
 * The lock's link is cleared after tail is put back: a waiter that came in between is forgotten.
 * mutant: MUTANT_CLEARS_LATE -DN=3 -DK=1
 * The lock's link is not cleared: it names a waiter that has gone on.
 * mutant: MUTANT_KEEPS_LINK -DN=2 -DK=1
 * The release finds no link, and frees the lock even if a waiter is about to set it.
 * mutant: MUTANT_RELEASE_STORES -DN=2 -DK=1
 * The waiter's word is set after the link that leads to it.
 * mutant: MUTANT_LINKS_FIRST -DN=2 -DK=1
 */
#define NIL 255
#define LOCK 0

byte tail = NIL;
byte next[N + 1] = NIL;
bool waits[N + 1];
bool node[N + 1]; /* it is on its owner's stack */
byte inside;
byte came, entered; /* to check the order */

#define cas(from, to, ok) d_step { ok = (tail == from); if :: ok -> tail = to :: else fi }

inline acquire()
{
    d_step { /* lock_mcs_acquire */
        ok = (tail == NIL);
        if :: ok -> tail = LOCK; turn = came; came++ :: else fi
    }
    if
    :: ok
    :: else -> /* lock_mcs_wait */
        d_step {
            node[me] = true; next[me] = NIL;
#ifndef MUTANT_LINKS_FIRST
            waits[me] = true
#endif
        }
        d_step { last = tail; tail = me; turn = came; came++ }
        if
        :: last == NIL
        :: else ->
            d_step { assert(last == LOCK || node[last]); next[last] = me }
#ifdef MUTANT_LINKS_FIRST
            waits[me] = true;
#endif
            !waits[me]
        fi;
#if !defined(MUTANT_CLEARS_LATE) && !defined(MUTANT_KEEPS_LINK)
        next[LOCK] = NIL; /* lock_mcs_leave_list */
#endif
#ifdef MUTANT_LEAVES_BLINDLY
        tail = LOCK;
#else
        cas(me, LOCK, ok);
        if
        :: ok
        :: else -> next[me] != NIL; next[LOCK] = next[me]
        fi;
#endif
#ifdef MUTANT_CLEARS_LATE
        if :: ok -> next[LOCK] = NIL :: else fi;
#endif
        node[me] = false
    fi
}

inline release()
{
    last = next[LOCK]; /* lock_mcs_release */
    if
    :: last == NIL ->
#ifdef MUTANT_RELEASE_STORES
        d_step { ok = true; tail = NIL };
#else
        cas(LOCK, NIL, ok);
#endif
        if
        :: ok
        :: else -> next[LOCK] != NIL; last = next[LOCK]
        fi
    :: else
    fi;
    if
    :: last == NIL
    :: else -> d_step { assert(node[last]); waits[last] = false }
    fi
}

active [N] proctype thread()
{
    byte me = _pid + 1, last, turn, k;
    bool ok;

    do
    :: k < K ->
        acquire();
        inside++;
        d_step { assert(inside == 1 && entered == turn); entered++ }
        inside--;
        release();
        d_step { k++; last = 0; turn = 0; ok = 0 }
    :: else -> break
    od
}

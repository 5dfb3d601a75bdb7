/* variants/lock/ticket.h. Two threads are never inside, they enter in the order of their arrival,
 * and each waiter gets in: waiting is modelled as being blocked until one's turn, so a turn that
 * nobody has is an invalid end state.
 *
 * The two words wrap around at WRAP, as the lock's do at 2^32: that is right as long as no more
 * than WRAP threads have a ticket.
 *
 * verify: -DN=3 -DK=3 -DWRAP=4
 * verify: -DN=3 -DK=3 -DWRAP=3
 * verify: -DN=4 -DK=2 -DWRAP=4
 * long: -DN=5 -DK=2 -DWRAP=8
 *
 * The ticket is drawn in two steps: two threads get the same one.
 * mutant: MUTANT_DRAW_IN_TWO -DN=2 -DK=1 -DWRAP=4
 * The words are too narrow for the threads.
 * mutant: MUTANT_NARROW -DN=3 -DK=1 -DWRAP=2
 * The release serves the next ticket to be drawn, skipping the waiters.
 * mutant: MUTANT_SERVES_NEXT -DN=3 -DK=1 -DWRAP=4
 */
#if WRAP < N && !defined(MUTANT_NARROW)
#error "WRAP must be at least N"
#endif

byte next, serving;
byte inside;
byte drawn, entered; /* to check the order */

active [N] proctype thread()
{
    byte mine, turn, k;

    do
    :: k < K ->
#ifdef MUTANT_DRAW_IN_TWO
        mine = next;
        d_step { next = (mine + 1) % WRAP; turn = drawn; drawn++ }
#else
        d_step { /* lock_ticket_acquire: the fetch and add */
            mine = next; next = (mine + 1) % WRAP;
            turn = drawn; drawn++
        }
#endif
        serving == mine; /* the loop around it */
        inside++;
        d_step { assert(inside == 1 && entered == turn); entered++ }
        inside--;
#ifdef MUTANT_SERVES_NEXT
        serving = next;
#else
        mine = serving; /* lock_ticket_release: two steps, only the holder writes it */
        serving = (mine + 1) % WRAP;
#endif
        d_step { k++; mine = 0; turn = 0 }
    :: else -> break
    od
}

/* How many goroutines have not ended. */
#ifndef CORE_SCHED_LIVE_H
#define CORE_SCHED_LIVE_H

/* A goroutine has ended. Where it was the last one, who waits for that is no longer parked, and is
 * so before the last one is no longer registered: there is no moment at which nobody seems able to
 * go on. seq_cst, with the two in schedwait(): it sees that live is 0, or we see that it waits. */
void count_end(void);

#endif

/* Where runnable goroutines wait: the rings of the Ps (runq.h), and the global queue, which is for
 * those that threads make ready, and for what a full ring spills. Owns the global queue and its
 * size. Whatever puts a goroutine here then looks for an idle P (idle.c). */
/* SPDX-License-Identifier: MIT */
#include "core/sched/queues.h"
#include "core/sched/idle.h"
#include "core/sched/sched_state.h"

/* Puts the list from first to last into the global queue. */
static void global_put(struct g *first, struct g *last, uint32_t n)
{
    last->schedlink = NULL;
    pthread_mutex_lock(&sched.lock);
    if (sched.tail)
        sched.tail->schedlink = first;
    else
        sched.head = first;
    sched.tail = last;
    store_sc(&sched.size, load_rlx(&sched.size) + n); /* pairs with some_work() */
    pthread_mutex_unlock(&sched.lock);
}

struct g *global_take(struct p *pp)
{
    if (load_sc(&sched.size) == 0) /* a first check: go_idle() checks again */
        return NULL;
    uint32_t length = runq_length(&pp->runq);
    uint32_t room = length < RUNQ_SIZE / 2 ? RUNQ_SIZE / 2 - length : 0;
    pthread_mutex_lock(&sched.lock);
    /* Written under the lock. */
    uint32_t size = load_rlx(&sched.size), n = size / sched.procs + 1;
    struct g *gp = sched.head;
    if (n > size)
        n = size;
    if (n > room + 1)
        n = room + 1;
    /* Into the ring first, and then out of the queue: a P that is about to sleep reads the size
     * before the rings (some_work()), and so sees each goroutine in one place or in both. */
    for (uint32_t i = 0; i < n; i++) {
        struct g *taken = sched.head;
        sched.head = taken->schedlink; /* before it may run */
        if (i > 0)
            (void)runq_push(&pp->runq, taken); /* there is room */
    }
    if (!sched.head)
        sched.tail = NULL;
    store_sc(&sched.size, size - n); /* after the pushes, for some_work() */
    pthread_mutex_unlock(&sched.lock);
    return gp;
}

/* pp's ring was full: its newer half, and gp, go to the global queue. What is in the older half
 * stays, so it comes nearer to its turn with each pick from the ring. */
static void spill(struct p *pp, struct g *gp)
{
    struct g *last = NULL, *first = runq_halve(&pp->runq, &last);
    if (first) {
        last->schedlink = gp;
        global_put(first, gp, RUNQ_SIZE / 2 + 1);
    } else {
        (void)runq_push(&pp->runq, gp); /* others have made room */
    }
}

void queue_put(struct p *pp, struct g *gp)
{
    if (!runq_push(&pp->runq, gp))
        spill(pp, gp);
    wake_another();
}

void queue_put_next(struct p *pp, struct g *gp)
{
    struct g *before = runq_set_next(&pp->runq, gp);
    if (before)
        queue_put(pp, before);
}

void goready(struct g *gp)
{
    struct g *me = runningg();
    if (me && me->p) {
        queue_put_next(me->p, gp);
    } else {
        global_put(gp, gp, 1);
        wake_another();
    }
}

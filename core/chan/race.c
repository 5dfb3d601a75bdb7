/* The clocks of channels in the race build: core/chan/race.h. In any other build this file is
 * empty.
 *
 * A channel's clocks lie in front of its buffer, which is where they are found from: struct
 * racechan right before it, and before that a raceslot for each slot, the first one last. A slot's
 * words belong to whoever may use the slot; those of racechan are under the lock. A clock is a
 * block of the heap, of which only the address is used, since it moves between slots and Gs. */
/* SPDX-License-Identifier: MIT */
#include "core/chan/race.h"

#ifdef HCHAN_RACE
#include "core/base/throw.h"
#include <stdlib.h>

struct raceslot {
    /* The clock of the operation before; NULL before the first one. Atomic: where values have no
     * size, all operations share a slot. */
    _Atomic(void *) last;
    void *spare; /* a clock for the next operation, or NULL */
};

struct racechan {
    alignas(sizeof(struct raceslot)) struct sudog *partner; /* racefor() */
};

static struct racechan *racechan_of(const struct hchan *c)
{
    return (struct racechan *)(void *)c->buf - 1;
}

static size_t slots(size_t elemsize, size_t capacity)
{
    return elemsize == 0 && capacity > 0 ? 1 : capacity;
}

static struct raceslot *slot_of(const struct hchan *c, uint64_t i)
{
    return (struct raceslot *)(void *)racechan_of(c) - 1 - (c->elemsize ? i : 0);
}

static void *raceaddr(struct hchan *c)
{
    return &c->buf;
}

size_t raceroom(size_t elemsize, size_t capacity)
{
    return sizeof(struct racechan) + slots(elemsize, capacity) * sizeof(struct raceslot);
}

static void *newclock(void)
{
    void *clock = malloc(sizeof(uint64_t));
    if (!clock)
        gothrow("out of memory");
    return clock;
}

/* Stores what the caller has done in a clock of the slot that is free. */
static void *release_spare(struct raceslot *slot)
{
    void *mine = slot->spare ? slot->spare : newclock();
    slot->spare = NULL;
    racerelease(mine);
    return mine;
}

/* The slot's clock becomes `mine`, and the one before is acquired, and then spare. Relaxed, all
 * loads and stores of `last` in this file: the order is that of the slot's owners. */
static void replace(struct raceslot *slot, void *mine)
{
    void *last = load_rlx(&slot->last); /* relaxed: see above */
    store_rlx(&slot->last, mine);
    if (last)
        raceacquire(last);
    slot->spare = last;
}

/* Values without a size: the address of the slot is the clock that only grows, and `last` that of a
 * partner, which will have been added by the next operation. Other threads may do the same at once,
 * without the lock. */
static void notify_shared(struct raceslot *slot, struct sudog *sg)
{
    void *last = load_rlx(&slot->last); /* relaxed: see replace() */
    raceacquire(slot);
    if (last)
        raceacquire(last);
    racereleasemerge(slot);
    if (sg) {
        void *mine = release_spare(slot);
        store_rlx(&slot->last, sg->g->raceclock); /* relaxed: see replace() */
        sg->g->raceclock = mine;
        slot->spare = last;
    }
}

void racenotify(struct hchan *c, uint64_t i, struct sudog *sg)
{
    struct raceslot *slot = slot_of(c, i);
    if (c->elemsize == 0) {
        notify_shared(slot, sg);
    } else if (sg) {
        void *last = load_rlx(&slot->last); /* relaxed: see replace() */
        store_rlx(&slot->last, sg->g->raceclock);
        sg->g->raceclock = last;
    } else {
        replace(slot, release_spare(slot));
    }
}

void racefor(struct hchan *c, struct sudog *sg)
{
    racechan_of(c)->partner = sg;
}

struct sudog *racepartner(const struct hchan *c)
{
    return racechan_of(c)->partner;
}

void racesync(struct sudog *sg)
{
    raceacquire(sg->g->raceclock);
    racerelease(sg->g->raceclock);
}

void racepark(struct g *gp)
{
    if (!gp->raceclock)
        gp->raceclock = newclock();
    racerelease(gp->raceclock);
}

void racewake(struct g *gp)
{
    if (gp->raceclock)
        raceacquire(gp->raceclock);
}

void racesend(struct hchan *c)
{
    raceread(raceaddr(c), 1);
}

void raceclose(struct hchan *c)
{
    racewrite(raceaddr(c), 1);
    racerelease(raceaddr(c));
}

void raceclosed(struct sudog *sg)
{
    racerelease(sg->g->raceclock);
}

void racedrained(struct hchan *c)
{
    raceacquire(raceaddr(c));
}

void racechanfree(struct hchan *c)
{
    racewrite(raceaddr(c), 1);
    for (uint64_t i = 0; i < slots(c->elemsize, c->dataqsiz); i++) {
        free(load_rlx(&slot_of(c, i)->last)); /* relaxed: nobody else uses the channel */
        free(slot_of(c, i)->spare);
    }
}

void racereadelem(const struct hchan *c, const void *elem)
{
    if (c->elemsize && elem)
        raceread(elem, c->elemsize);
}

void racewriteelem(const struct hchan *c, void *elem)
{
    if (c->elemsize && elem)
        racewrite(elem, c->elemsize);
}

void racereadcases(const struct scase *cases, size_t ncases, bool panics)
{
    for (size_t i = 0; i < ncases; i++)
        if (cases[i].c && cases[i].kind == SCASE_SEND) {
            racereadelem(cases[i].c, cases[i].sent);
            if (panics)
                racesend(cases[i].c);
        }
}

void racewritecase(const struct scase *cases, int chosen)
{
    if (chosen >= 0 && cases[chosen].kind == SCASE_RECV)
        racewriteelem(cases[chosen].c, cases[chosen].elem);
}

#endif

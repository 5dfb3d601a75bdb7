/* The table of floors (floors_of.h), one row a scenario. It owns no state. A scenario without a row
 * is compared with nothing. */
/* SPDX-License-Identifier: MIT */
#include "harness/tell/floors_of.h"
#include "harness/machine/topo.h"
#include <stddef.h>
#include <string.h>

#define ATOMIC(n)         \
    {                     \
        "floor-atomic", n \
    } /* an uncontended lock and unlock */
#define CACHELINE(n)         \
    {                        \
        "floor-cacheline", n \
    } /* one way between two PUs */
#define FUTEX(n)         \
    {                    \
        "floor-futex", n \
    } /* a wake in the kernel, one way */
#define WAKE(n)         \
    {                   \
        "floor-wake", n \
    } /* the same, of a thread that sleeps on another PU */
#define SWITCH(n)         \
    {                     \
        "floor-switch", n \
    } /* from one stack to another, one way */
#define NONE    \
    {           \
        NULL, 0 \
    }

/* How many of a floor's steps one operation cannot do without. The steps are counted alike for
 * threads and goroutines: each time that one leaves its PU to another is one.
 *
 *   buffer-hop    two locks and unlocks; lines move once for many values, so none is counted
 *   close-wake    each receiver is woken once
 *   handoff       one leaves for the receiver and one back, on the same PU; on two, the receiver
 *                 sleeps and is woken, which floor-wake does once an operation
 *   park-wake     one leaves for the other
 *
 * Threads that share a PU (or are by themselves), and threads on two. Goroutines have a floor of
 * their own if their steps are switches of stacks, wherever they run; otherwise that of threads. */
static const struct {
    const char *scenario;
    struct floor_of one_pu, two_pus, goroutines;
} floor_rows[] = {
    {"buffer-hop", ATOMIC(2), ATOMIC(2), NONE},
    {"close-wake", FUTEX(1), WAKE(1), SWITCH(1)},
    {"handoff", FUTEX(2), WAKE(1), SWITCH(2)},
    {"lock", ATOMIC(1), ATOMIC(1), NONE},
    {"mutex", ATOMIC(1), ATOMIC(1), NONE},
    {"nb-recv-empty", ATOMIC(1), ATOMIC(1), NONE},
    {"nb-send-full", ATOMIC(1), ATOMIC(1), NONE},
    {"park-wake", FUTEX(1), WAKE(1), SWITCH(1)},
    {"recv-closed", ATOMIC(1), ATOMIC(1), NONE},
    {"seed-buffer-hop", ATOMIC(1), ATOMIC(1), NONE},
    /* Every other one of a million sends parks, and so do the receives; on two PUs the other side
     * may be met awake. */
    {"seed-direct-handoff", FUTEX(1), CACHELINE(1), SWITCH(1)},
    {"go-chan-sync", FUTEX(1), WAKE(1), SWITCH(1)},
    {"go-recv-closed", ATOMIC(1), ATOMIC(1), NONE},
    {"yield", NONE, NONE, SWITCH(1)},
};

struct floor_of floor_of_cell(const struct cell *cell, bool goroutines)
{
    const char *place = cell->params.place;
    bool one_pu = place[0] == '\0' || strcmp(place, relation_name(RELATION_SAME_PU)) == 0;
    for (size_t i = 0; i < sizeof(floor_rows) / sizeof(floor_rows[0]); i++) {
        if (strcmp(floor_rows[i].scenario, cell->scenario) != 0)
            continue;
        if (goroutines && floor_rows[i].goroutines.scenario)
            return floor_rows[i].goroutines;
        return one_pu ? floor_rows[i].one_pu : floor_rows[i].two_pus;
    }
    return (struct floor_of)NONE;
}

bool floor_is(const struct cell *candidate, const struct floor_of *floor, const struct cell *cell)
{
    const struct cell_params *p = &candidate->params;
    return floor->scenario && candidate->variant[0] == '\0' &&
           strcmp(candidate->scenario, floor->scenario) == 0 &&
           (p->place[0] == '\0' || strcmp(p->place, cell->params.place) == 0) &&
           (p->elem == PARAM_ABSENT || p->elem == cell->params.elem);
}

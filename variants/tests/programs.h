/* The kinds of programs whose histories are recorded: two parties, two to four operations each, on
 * one or two channels of capacity 0 to 2. None can hang, whatever a correct channel does. */
/* SPDX-License-Identifier: MIT */
#ifndef VARIANTS_TESTS_PROGRAMS_H
#define VARIANTS_TESTS_PROGRAMS_H

#include "core/tests/check/program.h"
#include "core/tests/check/random.h"
#include <hchan/hchan.h>
#include <string.h>

struct program_kind {
    const char *name;
    void (*draw)(struct program *p, uint64_t *random);
    int64_t (*deadline)(void);
    unsigned per_mille; /* of all histories */
};

static int64_t deadline_passed(void)
{
    return 0;
}

static int64_t deadline_never(void)
{
    return HCHAN_FOREVER;
}

/* Up to 10 us from now: about as long as a park. */
static int64_t deadline_soon(void)
{
    static _Thread_local uint64_t random;
    return hchan_deadline((int64_t)random_below(&random, 10000));
}

static void draw_pair(struct program *p, const struct program_dice *dice, uint64_t *random)
{
    do
        program_draw(p, dice, random);
    while (p->parties[0].nops < 2 || p->parties[1].nops < 2);
}

/* Neither party waits: every deadline has already passed. */
static void draw_hasty(struct program *p, uint64_t *random)
{
    static const struct program_dice dice = {.chans = 2,
                                             .parties = 2,
                                             .ops = 4,
                                             .capacity_max = 2,
                                             .nil_percent = 2,
                                             .try = 40,
                                             .timed = 1,
                                             .send = 6,
                                             .recv = 6,
                                             .close = 1,
                                             .select = 3};
    draw_pair(p, &dice, random);
}

/* Both wait, but not for long. */
static void draw_bounded(struct program *p, uint64_t *random)
{
    static const struct program_dice dice = {.chans = 2,
                                             .parties = 2,
                                             .ops = 4,
                                             .capacity_max = 1,
                                             .nil_percent = 2,
                                             .try = 1,
                                             .timed = 2,
                                             .send = 4,
                                             .recv = 4,
                                             .close = 1,
                                             .select = 4};
    draw_pair(p, &dice, random);
}

/* One party may block. The other does not, and closes every channel at its end. */
static void draw_rescued(struct program *p, uint64_t *random)
{
    static const struct program_dice dice = {.chans = 2,
                                             .parties = 2,
                                             .ops = 4,
                                             .capacity_max = 2,
                                             .block = 3,
                                             .timed = 1,
                                             .send = 6,
                                             .recv = 6,
                                             .close = 1,
                                             .select = 6};
    draw_pair(p, &dice, random);
    struct party_ops *rescuer = &p->parties[1];
    for (unsigned k = 0; k < rescuer->nops; k++)
        if (rescuer->ops[k].kind != OP_CLOSE)
            rescuer->ops[k].wait = OP_TRY;
    for (unsigned c = 0; c < p->nchans; c++)
        rescuer->ops[rescuer->nops++] =
            (struct op){.kind = OP_CLOSE, .ncases = 1, .cases[0].chan = (uint8_t)c};
    if (random_below(random, 2)) {
        struct party_ops blocker = p->parties[0];
        p->parties[0] = *rescuer;
        p->parties[1] = blocker;
    }
}

/* What one party sends, the other receives, in the same order; channel 0 goes to the right, channel
 * 1 to the left. Some operations wait in a select, some have a deadline that never comes. */
static void draw_balanced(struct program *p, uint64_t *random)
{
    unsigned nops = 2 + (unsigned)random_below(random, 3);
    memset(p, 0, sizeof(*p));
    p->nparties = p->nchans = 2;
    for (unsigned c = 0; c < 2; c++)
        p->capacity[c] = (int)random_below(random, 3);
    for (unsigned k = 0; k < nops; k++) {
        uint8_t chan = (uint8_t)random_below(random, 2);
        for (unsigned party = 0; party < 2; party++) {
            bool send = party == chan;
            struct op op = {.kind = send ? OP_SEND : OP_RECV,
                            .ncases = 1,
                            .cases[0] = {send, chan, send ? (uint8_t)(2 * k + 1) : 0}};
            uint64_t how = random_below(random, 4);
            if (how == 1)
                op.wait = OP_TIMED;
            if (how >= 2) { /* the same channel twice: either case moves one value */
                op.kind = OP_SELECT;
                op.wait = how == 2 ? OP_BLOCK : OP_TIMED;
                op.ncases = 2;
                op.cases[1] = op.cases[0];
                op.cases[1].value = send ? (uint8_t)(2 * k + 2) : 0;
            }
            p->parties[party].ops[p->parties[party].nops++] = op;
        }
    }
}

static const struct program_kind program_kinds[] = {
    {"hasty", draw_hasty, deadline_passed, 900},
    {"bounded", draw_bounded, deadline_soon, 10},
    {"rescued", draw_rescued, deadline_soon, 60},
    {"balanced", draw_balanced, deadline_never, 30},
};

enum { PROGRAM_KINDS = sizeof(program_kinds) / sizeof(program_kinds[0]) };

#endif
